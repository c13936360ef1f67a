import { requests } from '@disc-labeling/server/protocol';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { pathGiven } from './path-given.js';
import { pickFolder } from './places.js';
import { withProgress } from './with-progress.js';

/** Makes the animation of a run, given by its folder or picked, into that folder, and opens it. */
export async function animate(backend: Backend, given: unknown): Promise<void> {
  const run =
    pathGiven(given) ??
    (await pickFolder(vscode.l10n.t('Folder of a training run'), vscode.l10n.t('Animate')))?.fsPath;
  if (run === undefined) return;
  const title = vscode.l10n.t('Animating {0}', basename(run));
  const { animation, frames } = await withProgress(title, (options) =>
    backend.request(requests.animate, { run, output: join(run, 'animation.gif') }, options),
  );
  const uri = vscode.Uri.file(animation);
  // A preview would take the place of the volume or page it is about.
  await vscode.commands.executeCommand('vscode.open', uri, { preview: false });
  const reveal = vscode.l10n.t('Reveal in Explorer');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} epochs animated as {1}', frames, vscode.workspace.asRelativePath(uri)),
    reveal,
  );
  if (choice === reveal) await vscode.commands.executeCommand('revealInExplorer', uri);
}
