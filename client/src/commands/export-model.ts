import { requests } from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Extension } from './command.js';
import { modelGiven } from './model-given.js';
import { pathGiven } from './path-given.js';
import { inWorkspace, placeButton } from './places.js';
import { withProgress } from './with-progress.js';

/** Writes a model, or the best of a run, as ONNX or safetensors, whichever the file's name says. */
export async function exportModel({ backend, views }: Extension, given: unknown): Promise<void> {
  const run = views.runs.runs.find(({ path }) => path === pathGiven(given));
  const model = run
    ? { name: run.model, path: run.path }
    : await modelGiven(backend, given, vscode.l10n.t('Export which model?'));
  if (!model) return;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export {0}', model.name),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.file(inWorkspace(`${model.name}.onnx`, homedir())),
    filters: { [vscode.l10n.t('ONNX graph')]: ['onnx'], [vscode.l10n.t('Safetensors')]: ['safetensors'] },
  });
  if (!uri) return;
  const { file, bytes } = await withProgress(vscode.l10n.t('Exporting {0}', model.name), (options) =>
    backend.request(requests.exportModel, { model: model.path, file: uri.fsPath }, options),
  );
  const place = placeButton(file, false);
  const size = (bytes / 1e6).toFixed(1);
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} exported as {1}, {2} MB.', model.name, basename(file), size),
    place.title,
  );
  if (choice === place.title) await place.show();
}
