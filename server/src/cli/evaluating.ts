import { EvaluationService, type EvaluationOptions } from '../evaluation/service.js';
import { CountProgress } from './count-progress.js';
import type { CommandContext } from './program.js';

/**
 * Asks something long of the evaluation, under a progress display.
 * @param title of the display
 * @returns the answer, when the display is finished and networks have ended
 */
export async function evaluating<T>(
  { options, output, signal }: CommandContext,
  title: string,
  ask: (service: EvaluationService, work: EvaluationOptions) => Promise<T>,
): Promise<T> {
  const service = new EvaluationService({ ...options, onNotice: output.engineNotice });
  const progress = new CountProgress(output, title);
  try {
    const answer = await ask(service, { signal, progress: progress.update });
    progress.finish();
    return answer;
  } finally {
    await service.dispose();
  }
}
