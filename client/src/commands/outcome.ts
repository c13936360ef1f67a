import type { DatasetOutcome } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import { showPage } from '../pages/read-only.js';
import { leftOutPage } from './outcome-page.js';
import { placeButton, type PlaceButton } from './places.js';

/**
 * Tells how work on a dataset ended, with what can be looked at and done next.
 * @param outcomes one for each folder written
 * @param next what may come next, before the buttons that show things
 */
export async function tellOutcome(
  sentence: string,
  outcomes: readonly DatasetOutcome[],
  next: readonly PlaceButton[],
): Promise<void> {
  const leftOut = outcomes.reduce((sum, { leftOut: { length } }) => sum + length, 0);
  const remarks = leftOut > 0 || outcomes.some(({ notices }) => notices.length > 0);
  const buttons = [
    ...next,
    ...(remarks
      ? [
          {
            title: leftOut > 0 ? vscode.l10n.t('What Was Left Out') : vscode.l10n.t('Details'),
            show: () => showPage(vscode.l10n.t('Dataset'), leftOutPage(outcomes, vscode.l10n.t)),
          },
        ]
      : []),
    placeButton(outcomes[0].folder, true),
  ];
  const left = leftOut > 0 ? ` ${vscode.l10n.t('Left out: {0}.', leftOut)}` : '';
  const choice = await vscode.window.showInformationMessage(
    sentence + left,
    ...buttons.map(({ title }) => title),
  );
  await buttons.find(({ title }) => title === choice)?.show();
}

/** Opens a file that shows what was made. */
export const openExample = (title: string, { example }: DatasetOutcome): PlaceButton[] =>
  example === null
    ? []
    : [{ title, show: () => vscode.commands.executeCommand('vscode.open', vscode.Uri.file(example)) }];

/** Runs a command of ours on a folder. */
export const goOn = (title: string, command: string, folder: string): PlaceButton => ({
  title,
  show: () => vscode.commands.executeCommand(command, vscode.Uri.file(folder)),
});
