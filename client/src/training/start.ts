import { requests, type StartTrainingParams } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { withProgress } from '../commands/with-progress.js';

/**
 * Starts or resumes a training, after asking where another one has the processor.
 * @returns the run folder, once the process trains; null where the user decides against it
 * @throws BackendError why it can't begin, CancellationError
 */
export async function startTraining(backend: Backend, params: StartTrainingParams): Promise<string | null> {
  const start = (beside: boolean) =>
    withProgress(vscode.l10n.t('Starting the training'), (options) =>
      backend.request(requests.startTraining, { ...params, beside }, options),
    );
  const first = await start(false);
  if (first.busy === null) return first.run;
  const anyway = vscode.l10n.t('Train Beside It');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      '{0} is being trained. Two trainings share the processor, and each takes about twice as long.',
      first.busy.join(', '),
    ),
    { modal: true },
    anyway,
  );
  return choice === anyway ? (await start(true)).run : null;
}
