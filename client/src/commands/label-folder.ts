import {
  requests,
  type FolderVolumes,
  type LabelFolderResult,
  type LabelPlace,
} from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { showPage } from '../pages/read-only.js';
import { pickOne } from '../questions.js';
import type { Extension } from './command.js';
import { labelledPage } from './outcome-page.js';
import { pathGiven } from './path-given.js';
import { pickFolder, placeButton } from './places.js';
import { withProgress } from './with-progress.js';

/** Labels every volume of a folder: the one given (explorer), or one the user picks. */
export async function labelFolder({ backend }: Extension, given: unknown): Promise<void> {
  const folder =
    pathGiven(given) ?? (await pickFolder(vscode.l10n.t('Folder to label'), vscode.l10n.t('Label')))?.fsPath;
  if (folder === undefined) return;
  const look = (place: LabelPlace): Promise<FolderVolumes> =>
    backend.request(requests.folderVolumes, { folder, place });
  const { volumes, bids } = await look('beside');
  if (volumes.length === 0)
    return void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no volume to label in {0}.', basename(folder)),
    );
  const place = await askPlace(volumes.length, bids);
  if (!place) return;
  const existing = await askExisting(await look(place));
  if (!existing) return;
  const result = await withProgress(vscode.l10n.t('Labelling {0}', basename(folder)), (options) =>
    backend.request(requests.labelFolder, { folder, place, existing }, options),
  );
  await tell(result, folder);
}

async function askPlace(count: number, bids: boolean): Promise<LabelPlace | undefined> {
  const places: (vscode.QuickPickItem & { place: LabelPlace })[] = [
    {
      label: '$(list-tree) derivatives/labels',
      detail: vscode.l10n.t('Where BIDS keeps labels, in the same subfolders'),
      place: 'derivatives',
    },
    {
      label: `$(files) ${vscode.l10n.t('Beside each volume')}`,
      detail: '\u2026_label-discs_dlabel.nii.gz',
      place: 'beside',
    },
  ];
  const choice = await pickOne(bids ? places : places.reverse(), {
    title: count === 1 ? vscode.l10n.t('Label 1 volume') : vscode.l10n.t('Label {0} volumes', count),
    placeHolder: vscode.l10n.t('Where are the labels to go?'),
  });
  return choice?.place;
}

/** Labels that are there may have been corrected by hand. */
async function askExisting({ volumes }: FolderVolumes): Promise<'keep' | 'replace' | undefined> {
  const labelled = volumes.filter((volume) => volume.labelled).length;
  if (labelled === 0) return 'keep';
  const keep = vscode.l10n.t('Keep Them');
  const replace = vscode.l10n.t('Replace Them');
  const all = labelled === volumes.length;
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} of {1} volumes have labels already.', labelled, volumes.length),
    {
      modal: true,
      detail: vscode.l10n.t('Labels corrected by hand would be lost; landmarks that are no discs stay.'),
    },
    ...(all ? [replace] : [keep, replace]),
  );
  return choice === keep ? 'keep' : choice === replace ? 'replace' : undefined;
}

async function tell(result: LabelFolderResult, folder: string): Promise<void> {
  const count = (outcome: string): number =>
    result.volumes.filter((volume) => volume.outcome === outcome).length;
  const [labelled, kept, failed] = ['labelled', 'kept', 'failed'].map(count);
  const sentence = [
    result.cancelled
      ? vscode.l10n.t('Cancelled: {0} of {1} volumes labelled.', labelled, result.total)
      : vscode.l10n.t('{0} of {1} volumes labelled.', labelled, result.total),
    ...(kept > 0 ? [vscode.l10n.t('{0} kept.', kept)] : []),
    ...(failed > 0 ? [vscode.l10n.t('{0} failed.', failed)] : []),
  ].join(' ');
  const summary = vscode.l10n.t('Summary');
  const place = placeButton(result.root, true);
  const show = failed > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const choice = await show(sentence, summary, ...(labelled > 0 ? [place.title] : []));
  if (choice === summary)
    await showPage(vscode.l10n.t('Labels'), labelledPage(result, folder, vscode.l10n.t));
  if (choice === place.title) await place.show();
}
