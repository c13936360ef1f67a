import { requests } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import type { VolumeDocument } from '../editor/document.js';
import { pickHere } from '../questions.js';
import { mayDiscard } from './correct-discs.js';

/** Lets the user pick the model for a volume, which is then labelled again. */
export async function chooseModel(document: VolumeDocument, backend: Backend): Promise<void> {
  const models = await backend.request(requests.models, null);
  if (models.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No model is installed.'));
    return;
  }
  const choice = await pickHere(
    models.map((model) => ({
      label: model.name,
      description: [
        model.contrast === 'any' ? vscode.l10n.t('any contrast') : model.contrast,
        model.origin === 'shipped' ? vscode.l10n.t('shipped') : vscode.l10n.t('yours'),
        ...(model.isDefault ? [vscode.l10n.t('default')] : []),
      ].join(' \u00b7 '),
      detail: model.title,
      picked: model.name === document.model,
    })),
    { title: vscode.l10n.t('Model for {0}', document.name), matchOnDetail: true },
  );
  if (choice) await labelWith(document, choice.label);
}

/** Labels with a model, unless its labels are there already; asks before corrections would be lost. */
export async function labelWith(document: VolumeDocument, model: string): Promise<void> {
  if (document.isLabelledBy(model)) return;
  if (await mayDiscard(document)) await document.chooseModel(model);
  else document.announce();
}
