import { requests } from '@disc-labeling/server/protocol';
import { basename, join } from 'node:path';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { askText } from '../questions.js';
import type { Extension } from './command.js';
import { commandIds } from './ids.js';
import { goOn, openExample, tellOutcome } from './outcome.js';
import { pathGiven } from './path-given.js';
import { askFolder, inWorkspace } from './places.js';
import { withProgress } from './with-progress.js';

/** Enough that training, validation and test each have one, drawn in seconds. */
const usualSubjects = 6;
/** A tenth of a gigabyte for each dozen of subjects; more is for the command line, which can run over night. */
const mostSubjects = 1000;

/** Draws a dataset of phantoms; given a folder (explorer), inside it. */
export async function synthesizeDataset({ backend }: Extension, given: unknown): Promise<void> {
  const title = vscode.l10n.t('Synthesize Dataset');
  const count = await askText({
    title,
    prompt: vscode.l10n.t('How many subjects? Each gets a T1w and a T2w volume with disc labels.'),
    value: String(usualSubjects),
    validateInput: (text) =>
      /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= mostSubjects
        ? null
        : vscode.l10n.t('Give a whole number from 1 to {0}.', mostSubjects),
  });
  if (count === undefined) return;
  const name = 'synthetic-spines';
  const within = pathGiven(given);
  const proposal = within === undefined ? inWorkspace(name, homedir()) : join(within, name);
  const answer = await askFolder(title, proposal);
  if (answer === undefined) return;
  const params = { output: answer.trim(), subjects: Number(count), seed: 1 };
  const outcome = await withProgress(vscode.l10n.t('Drawing synthetic spines'), (options) =>
    backend.request(requests.synthesize, params, options),
  );
  await tellOutcome(
    outcome.taken === 1
      ? vscode.l10n.t('1 synthetic subject in {0}.', basename(outcome.folder))
      : vscode.l10n.t('{0} synthetic subjects in {1}.', outcome.taken, basename(outcome.folder)),
    [outcome],
    [
      ...openExample(vscode.l10n.t('Open Volume'), outcome),
      goOn(vscode.l10n.t('Prepare Samples'), commandIds.prepare, outcome.folder),
    ],
  );
}
