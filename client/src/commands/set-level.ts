import type { Disc } from '@disc-labeling/server/protocol';
import { discName, spineDiscs } from '@disc-labeling/server/protocol/disc-names';
import * as vscode from 'vscode';
import { withNamesMoved } from '../editor/corrections.js';
import type { VolumeDocument } from '../editor/document.js';
import { pickHere } from '../questions.js';

/** The user says which disc one is; all others are counted from it. @param disc value of the one, as it is named now */
export async function setLevel(document: VolumeDocument, disc: number | null = null): Promise<void> {
  const { discs, levelShift } = document.labels!.result;
  const known = discs.find(({ value }) => value === disc) ?? (await askDisc(discs));
  if (!known) return;
  const name = await askName(known, levelShift !== undefined && !document.corrected);
  if (!name) return;
  if (document.corrected && name.value !== null) {
    // Labelled again, the corrections would be lost.
    const moved = withNamesMoved(discs, name.value - known.value);
    return document.correct(vscode.l10n.t('Set Level'), moved);
  }
  await document.moveLevels(name.value === null ? null : (levelShift ?? 0) + name.value - known.value);
}

async function askDisc(discs: readonly Disc[]): Promise<Disc | undefined> {
  if (discs.length === 1) return discs[0];
  const choice = await pickHere(
    discs.map((disc) => ({
      label: disc.name,
      description: vscode.l10n.t('score {0}', disc.score.toFixed(2)),
      disc,
    })),
    {
      title: vscode.l10n.t('Set Level (1 of 2)'),
      placeHolder: vscode.l10n.t('Which of the discs, superior to inferior, do you know?'),
    },
  );
  return choice?.disc;
}

type NameItem = vscode.QuickPickItem & {
  /** Null: the names the model gave. */
  readonly value: number | null;
};

/** @param moved whether there are names of the model to go back to */
async function askName({ name, value }: Disc, moved: boolean): Promise<NameItem | undefined> {
  const names = spineDiscs.map((other): NameItem => {
    const description = other === value ? vscode.l10n.t('named so now') : undefined;
    return { label: discName(other), description, value: other };
  });
  const back: NameItem[] = [
    { label: '', kind: vscode.QuickPickItemKind.Separator, value: null },
    { label: `$(discard) ${vscode.l10n.t('Names as the model gave them')}`, value: null },
  ];
  return pickHere([...names, ...(moved ? back : [])], {
    title: vscode.l10n.t('Set Level: {0}', name),
    placeHolder: vscode.l10n.t('Which disc is it? The others are counted from it.'),
  });
}
