import { requests, type RunDetails } from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import type { Trainings } from './trainings.js';

export interface OfferActions {
  resume(run: string): Promise<void>;
  open(run: string): void;
}

/** ms between two looks at a run that is still on its way to its last checkpoint, and how often it is looked at. */
const [pause, looks] = [1000, 60];

/**
 * Offers to resume what was training when the window was closed or the backend died, once for each run. A run that
 * its user stopped is not among them.
 */
export async function offerToResume(
  backend: Backend,
  trainings: Trainings,
  actions: OfferActions,
): Promise<void> {
  await Promise.all(trainings.unfinished.map((run) => offer(run, backend, trainings, actions)));
}

async function offer(
  run: string,
  backend: Backend,
  trainings: Trainings,
  actions: OfferActions,
): Promise<void> {
  trainings.asking(run);
  const found = await settled(run, backend, trainings);
  // Asked once only, whatever the answer; also where another window had it go on.
  trainings.forget(run);
  if (found?.summary.state !== 'stopped' || !found.summary.interrupted) return;
  const resume = vscode.l10n.t('Resume');
  const open = vscode.l10n.t('Open');
  const { epoch, epochs } = found.summary;
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('The training {0} was interrupted after epoch {1} of {2}.', basename(run), epoch, epochs),
    resume,
    open,
  );
  if (choice === resume) await actions.resume(run);
  else if (choice === open) actions.open(run);
}

/** The run, once its process has come to its checkpoint; null where it is gone or goes on elsewhere. */
async function settled(run: string, backend: Backend, trainings: Trainings): Promise<RunDetails | null> {
  for (let look = 0; look < looks; look++) {
    const details = await backend.request(requests.run, { path: run }).catch(() => null);
    if (details?.summary.state !== 'training') return details;
    if (trainings.running.some((running) => running.run === run)) return null;
    await new Promise((resume) => setTimeout(resume, pause));
  }
  return null;
}
