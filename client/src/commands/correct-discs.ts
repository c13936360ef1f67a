/** A reader's corrections of single discs; the editor undoes, redoes and saves them. */
import { discName } from '@disc-labeling/server/protocol/disc-names';
import type { DiscPlace } from '@disc-labeling/webview/messages';
import * as vscode from 'vscode';
import { freeValues, fromLabels, withDisc, withoutDisc } from '../editor/corrections.js';
import type { VolumeDocument } from '../editor/document.js';
import { pickHere } from '../questions.js';

export function moveDisc(document: VolumeDocument, value: number, place: DiscPlace): void {
  const title = vscode.l10n.t('Move {0}', discName(value));
  document.correct(title, withDisc(document.discs, value, place));
}

export function removeDisc(document: VolumeDocument, value: number): void {
  const title = vscode.l10n.t('Remove {0}', discName(value));
  document.correct(title, withoutDisc(document.discs, value));
}

/** Adds a disc under the name the user picks. */
export async function addDisc(document: VolumeDocument, place: DiscPlace): Promise<void> {
  const choice = await pickHere(
    freeValues(document.discs, place.world).map((value) => ({ label: discName(value), value })),
    {
      title: vscode.l10n.t('Add Disc'),
      placeHolder: vscode.l10n.t('Which disc is it? Names that fit the place come first.'),
    },
  );
  if (!choice) return;
  const title = vscode.l10n.t('Add {0}', choice.label);
  document.correct(title, withDisc(document.discs, choice.value, place));
}

/** Takes the labels a rater saved in the place of the model's, to go on from them. */
export function takeTruth(document: VolumeDocument): void {
  document.correct(vscode.l10n.t('Use Saved Labels'), fromLabels(document.truth!.discs));
}

/**
 * Before a volume is labelled again: corrections that are not saved would be lost, so the user is asked.
 * @returns whether to go on
 */
export async function mayDiscard(document: VolumeDocument): Promise<boolean> {
  if (!document.unsaved) return true;
  const discard = vscode.l10n.t('Discard Corrections');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} has corrections that are not saved. Label it again without them?', document.name),
    { modal: true },
    discard,
  );
  if (choice !== discard) return false;
  // So that the editor, too, forgets them.
  await vscode.commands.executeCommand('workbench.action.files.revert');
  return true;
}
