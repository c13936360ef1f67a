import { requests } from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Extension } from './command.js';
import { askModelName, tellNewModel } from './model-given.js';
import { pathGiven } from './path-given.js';
import { withProgress } from './with-progress.js';

/** Makes a model of a PyTorch checkpoint or a safetensors file: the one given (explorer), or one the user picks. */
export async function importWeights({ backend, views }: Extension, given: unknown): Promise<void> {
  const file = pathGiven(given) ?? (await pick());
  if (file === undefined) return;
  const stem = basename(file).replace(/(\.(pth|pt|tar|ckpt|safetensors))+$/i, '');
  const name = await askModelName(backend, vscode.l10n.t('Import {0}', basename(file)), stem);
  if (name === undefined) return;
  const model = await withProgress(vscode.l10n.t('Importing {0}', basename(file)), (options) =>
    backend.request(requests.importWeights, { file, name }, options),
  );
  views.models.refresh();
  await tellNewModel(
    model,
    vscode.l10n.t(
      'Imported as {0}: {1} parameters, {2}.',
      model.name,
      model.parameters.toLocaleString('en'),
      model.attention ? vscode.l10n.t('with attention') : vscode.l10n.t('without attention'),
    ),
  );
}

async function pick(): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Weights'),
    openLabel: vscode.l10n.t('Import'),
    filters: {
      [vscode.l10n.t('PyTorch checkpoints and safetensors')]: ['pt', 'pth', 'tar', 'ckpt', 'safetensors'],
      [vscode.l10n.t('All files')]: ['*'],
    },
  });
  return picked?.[0]?.fsPath;
}
