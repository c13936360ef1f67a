import { requests, type PhantomExtent } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import { calibrationPage, measurementPage, robustnessPage } from '../evaluation/phantom-pages.js';
import { modelOrRun } from '../evaluation/pick.js';
import { showPage } from '../pages/read-only.js';
import { askText, pickOne } from '../questions.js';
import type { Extension } from './command.js';
import { withProgress } from './with-progress.js';

/** Synthetic spines that no training sees, whichever seed they have. */
const seed = 1;
const calibrationSeed = 1000;

interface MeasureItem extends vscode.QuickPickItem {
  readonly measure: { readonly extent?: PhantomExtent; readonly contrast?: 'T1w' | 'T2w' } | 'robustness';
  /** How many are proposed. */
  readonly phantoms: number;
}

/** Measures a model, given (an entry of a view) or picked, on synthetic spines and shows the tables. */
export async function measureOnPhantoms({ backend }: Extension, given: unknown): Promise<void> {
  const subject = await modelOrRun(backend, given);
  if (subject === null) return;
  const { model, name } = subject;
  const title = vscode.l10n.t('Measure {0}', name);
  const choice = await pickOne(measureItems(), {
    title,
    placeHolder: vscode.l10n.t('On which synthetic spines?'),
  });
  if (!choice) return;
  const phantoms = await askCount(title, choice.phantoms, 1);
  if (phantoms === undefined) return;
  const { measure } = choice;
  const page = await withProgress(vscode.l10n.t('Measuring {0}', name), async (options) =>
    measure === 'robustness'
      ? robustnessPage(
          await backend.request(requests.measureRobustness, { model, phantoms, seed }, options),
          vscode.l10n.t,
        )
      : measurementPage(
          await backend.request(requests.measureOnPhantoms, { model, phantoms, seed, ...measure }, options),
          vscode.l10n.t,
        ),
  );
  await showPage(vscode.l10n.t('{0} measured', name), page);
}

function measureItems(): MeasureItem[] {
  return [
    { label: vscode.l10n.t('Necks'), measure: {}, phantoms: 200 },
    { label: vscode.l10n.t('Necks, T1w'), measure: { contrast: 'T1w' }, phantoms: 200 },
    { label: vscode.l10n.t('Necks, T2w'), measure: { contrast: 'T2w' }, phantoms: 200 },
    { label: vscode.l10n.t('Spines down to the sacrum'), measure: { extent: 'spine' }, phantoms: 200 },
    {
      label: vscode.l10n.t('Robustness'),
      detail: vscode.l10n.t(
        'Necks that are turned, coarser, noisier, saturated in front, cut or in thicker slices',
      ),
      measure: 'robustness',
      phantoms: 24,
    },
  ];
}

/** Fits the scores of a model of one's own or of a run, given or picked, to how often its discs are right. */
export async function calibrate({ backend }: Extension, given: unknown): Promise<void> {
  const subject = await modelOrRun(backend, given, ({ origin }) => origin === 'user');
  if (subject === null) return;
  const { model, name } = subject;
  const title = vscode.l10n.t('Calibrate the scores of {0}', name);
  const items: (vscode.QuickPickItem & { extent: PhantomExtent })[] = [
    { label: vscode.l10n.t('Necks'), extent: 'neck' },
    { label: vscode.l10n.t('Spines down to the sacrum'), extent: 'spine' },
  ];
  const choice = await pickOne(items, {
    title,
    placeHolder: vscode.l10n.t('On which synthetic spines? Those it is meant for.'),
  });
  if (!choice) return;
  const phantoms = await askCount(title, 300, 20);
  if (phantoms === undefined) return;
  const { extent } = choice;
  const found = await withProgress(vscode.l10n.t('Calibrating {0}', name), (options) =>
    backend.request(requests.calibrate, { model, phantoms, seed: calibrationSeed, extent }, options),
  );
  const show = vscode.l10n.t('Show Table');
  const told = await vscode.window.showInformationMessage(
    vscode.l10n.t('The scores of {0} now say how likely a disc is right.', name),
    show,
  );
  if (told === show)
    await showPage(vscode.l10n.t('Scores of {0}', name), calibrationPage(found, vscode.l10n.t));
}

async function askCount(title: string, proposal: number, least: number): Promise<number | undefined> {
  const text = await askText({
    title,
    prompt: vscode.l10n.t('How many? More take longer and tell more.'),
    value: String(proposal),
    validateInput: (value) =>
      /^\d+$/.test(value.trim()) && Number(value) >= least && Number(value) <= 100_000
        ? null
        : vscode.l10n.t('Give a whole number of at least {0}.', least),
  });
  return text === undefined ? undefined : Number(text);
}
