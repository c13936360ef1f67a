import { requests, type RunSummary } from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { pickOne } from '../questions.js';
import { runParts } from '../views/run-parts.js';
import type { Extension } from './command.js';
import { askModelName, tellNewModel } from './model-given.js';
import { pathGiven } from './path-given.js';

/** Copies a run's best among the user's own models: the run given (an entry of the view, a path), or one picked. */
export async function installModel({ backend, views }: Extension, given: unknown): Promise<void> {
  const source = pathGiven(given) ?? (await pick(views.runs.runs));
  if (source === undefined) return;
  const run = views.runs.runs.find(({ path }) => path === source);
  const title = vscode.l10n.t('Install the best of {0}', basename(source));
  const name = await askModelName(backend, title, run?.model ?? basename(source));
  if (name === undefined) return;
  const model = await backend.request(requests.installModel, { source, name });
  views.models.refresh();
  await tellNewModel(
    model,
    vscode.l10n.t('The best of {0} is now the model {1}.', basename(source), model.name),
  );
}

async function pick(runs: readonly RunSummary[]): Promise<string | undefined> {
  const withBest = runs.filter(({ best }) => best !== null);
  if (withBest.length === 0)
    throw new Error(vscode.l10n.t('No run with a finished epoch is in this workspace. Train one first.'));
  const choice = await pickOne(
    withBest.map((run) => {
      const { label, description } = runParts(run, null, vscode.l10n.t);
      return { label, description, detail: run.path };
    }),
    { title: vscode.l10n.t('Install the best of which run?') },
  );
  return choice?.detail;
}
