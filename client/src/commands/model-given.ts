import { modelNamePattern, requests, type ModelSummary } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { askText, pickOne } from '../questions.js';
import { inOrder, modelParts } from '../views/model-parts.js';
import { commandIds } from './ids.js';
import { pathGiven } from './path-given.js';

/**
 * The model a command is about: the one given (an entry of the view, a path or a name), or one the user picks.
 * @param among which may be picked
 */
export async function modelGiven(
  backend: Backend,
  given: unknown,
  title: string,
  among: (model: ModelSummary) => boolean = () => true,
): Promise<ModelSummary | undefined> {
  const models = await backend.request(requests.models, null);
  const wanted = pathGiven(given);
  if (wanted !== undefined) {
    const found = models.find(({ path, name }) => path === wanted || name === wanted);
    if (found) return found;
    throw new Error(vscode.l10n.t('There is no model {0} any more.', wanted));
  }
  const choices = inOrder(models.filter(among));
  if (choices.length === 0) throw new Error(vscode.l10n.t('There is no such model.'));
  const choice = await pickOne(
    choices.map((model) => {
      const { label, icon, description } = modelParts(model, vscode.l10n.t);
      return { label, iconPath: new vscode.ThemeIcon(icon), description, detail: model.title, model };
    }),
    { title, matchOnDetail: true },
  );
  return choice?.model;
}

/** Asks what a new model is to be called. @param proposal made fit for a name */
export async function askModelName(
  backend: Backend,
  title: string,
  proposal: string,
): Promise<string | undefined> {
  const taken = new Set((await backend.request(requests.models, null)).map(({ name }) => name));
  const fit = proposal.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'model';
  const free = [fit, ...Array.from({ length: 99 }, (_, n) => `${fit}-${n + 2}`)].find(
    (name) => !taken.has(name),
  );
  return askText({
    title,
    prompt: vscode.l10n.t('Name of the model'),
    value: free,
    validateInput: (name) => {
      if (!modelNamePattern.test(name)) return vscode.l10n.t('A name holds only letters, digits, - _ and .');
      return taken.has(name) ? vscode.l10n.t('There is a model of this name.') : null;
    },
  });
}

/** Tells of a new model, with what may come next. */
export async function tellNewModel(model: ModelSummary, sentence: string): Promise<void> {
  const makeDefault = vscode.l10n.t('Make Default');
  const card = vscode.l10n.t('Show Card');
  const choice = await vscode.window.showInformationMessage(sentence, makeDefault, card);
  if (choice === makeDefault) await vscode.commands.executeCommand(commandIds.makeDefaultModel, model);
  if (choice === card) await vscode.commands.executeCommand(commandIds.revealModelCard, model);
}
