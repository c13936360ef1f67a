import type { RunState, RunSummary, TrainingStepEvent } from '@disc-labeling/server/protocol';
import { dotted, percent, plain, timeLeft, type Translate } from '../words.js';
import { factTable, type ItemParts } from './parts.js';

const looks: Readonly<Record<RunState, { readonly icon: string; readonly colour?: string }>> = {
  training: { icon: 'sync~spin', colour: 'charts.blue' },
  finished: { icon: 'pass', colour: 'testing.iconPassed' },
  stopped: { icon: 'debug-pause', colour: 'charts.yellow' },
  broken: { icon: 'error', colour: 'testing.iconFailed' },
};

/** A run as the *Runs* view shows it. @param live the latest step while it trains */
export function runParts(run: RunSummary, live: TrainingStepEvent | null, t: Translate): ItemParts {
  const { name, model, state, epoch, epochs, best, problem, path, updated } = run;
  const quality = best && qualityOf(best, t);
  const left = state === 'training' && live ? timeLeft(live.secondsLeft, t) : null;
  const now = Math.min(epoch + 1, epochs);
  // The icon tells the state, and the view is narrow.
  const brief = {
    training: t('epoch {0}/{1}', now, epochs),
    finished: epoch === 1 ? t('1 epoch') : t('{0} epochs', epoch),
    stopped: t('stopped at {0}/{1}', epoch, epochs),
    broken: t('cannot be resumed'),
  }[state];
  const at = {
    training: t('training, epoch {0} of {1}', now, epochs),
    finished: epoch === 1 ? t('finished, 1 epoch') : t('finished, {0} epochs', epoch),
    stopped: t('stopped after {0} of {1} epochs', epoch, epochs),
    broken: t('cannot be resumed'),
  }[state];
  const description = dotted([brief, quality, left]);
  return {
    label: name,
    description,
    ...looks[state],
    context: `run.${state}${best ? '.best' : ''}`,
    tooltip: [
      `**${plain(name)}**`,
      factTable([
        [t('State'), at],
        [t('Time left'), left],
        [t('Model'), plain(model)],
        [t('Loss'), state === 'training' && live ? live.loss.toPrecision(3) : null],
        [t('Speed'), state === 'training' && live ? t('{0} steps/s', live.stepsPerSecond.toFixed(1)) : null],
        [t('Best epoch'), best && String(best.epoch + 1)],
        [t('PCK'), best?.pck === undefined ? null : percent(best.pck)],
        [t('Accuracy'), best && percent(best.accuracy)],
        [t('Validation loss'), best && best.validationLoss.toPrecision(3)],
        [t('Last written'), plain(new Date(updated).toLocaleString())],
      ]),
      ...(problem === null ? [] : [plain(problem)]),
      plain(path),
    ].join('\n\n'),
    spoken: dotted([t('Run {0}, {1}', name, at), left, quality, problem]),
  };
}

/** How good the best epoch is: as the reference measures it where that is known. */
const qualityOf = ({ pck, accuracy }: NonNullable<RunSummary['best']>, t: Translate): string =>
  pck === undefined ? t('accuracy {0}', percent(accuracy)) : t('PCK {0}', percent(pck));
