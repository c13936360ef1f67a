import { requests } from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Extension } from './command.js';
import { commandIds } from './ids.js';
import { goOn, openExample, tellOutcome } from './outcome.js';
import { pathGiven } from './path-given.js';
import { askFolder, beside, pickFolder } from './places.js';
import { withProgress } from './with-progress.js';

/** Gathers images and disc labels of a BIDS dataset: the folder given (explorer), or one the user picks. */
export async function createDataset({ backend }: Extension, given: unknown): Promise<void> {
  const title = vscode.l10n.t('Create Dataset');
  const bids =
    pathGiven(given) ??
    (await pickFolder(vscode.l10n.t('BIDS dataset to gather from'), vscode.l10n.t('Gather')))?.fsPath;
  if (bids === undefined) return;
  const output = await askFolder(title, beside(bids, 'gathered'));
  if (output === undefined) return;
  const outcome = await withProgress(vscode.l10n.t('Gathering {0}', basename(bids)), (options) =>
    backend.request(requests.createDataset, { bids, output: output.trim() }, options),
  );
  await tellOutcome(
    outcome.taken === 1
      ? vscode.l10n.t('1 subject gathered in {0}.', basename(outcome.folder))
      : vscode.l10n.t('{0} subjects gathered in {1}.', outcome.taken, basename(outcome.folder)),
    [outcome],
    [
      goOn(vscode.l10n.t('Prepare Samples'), commandIds.prepare, outcome.folder),
      ...openExample(vscode.l10n.t('Open Volume'), outcome),
    ],
  );
}
