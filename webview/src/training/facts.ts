import { t } from '../common/localize.js';
import { percent } from '../common/numbers.js';
import type { DashboardRun } from '../messages/training.js';
import { bytes, count, duration, throughput } from './format.js';

/** The figures of a run that are known, each a name and a value. */
export function facts(run: DashboardRun): (readonly [string, string])[] {
  const { summary, live, metrics, engine, parameters } = run;
  const last = metrics.at(-1);
  const training = summary.state === 'training';
  const found: [string, string | null][] = [
    [t('Model'), summary.model],
    [t('Epoch'), epochText(run)],
    [t('Time left'), training ? timeLeft(run) : null],
    [t('Trained for'), last ? duration(last.seconds) : null],
    [t('Throughput'), throughputOf(run)],
    [t('Waiting for data'), live && live.waiting >= 0.05 ? percent(live.waiting) : null],
    [t('Engine'), engine],
    [t('Memory'), last?.memory === undefined ? null : bytes(last.memory)],
    [t('Parameters'), parameters === null ? null : count(parameters)],
    [t('Best epoch'), summary.best === null ? null : bestText(run)],
  ];
  return found.filter((fact): fact is [string, string] => fact[1] !== null);
}

/** A finished training may have had fewer than planned: its time or its patience were at an end. */
function epochText({ summary: { state, epoch, epochs }, live }: DashboardRun): string {
  if (state === 'finished') return String(epoch);
  return t('{0} of {1}', state === 'training' && live ? live.epoch + 1 : epoch, epochs);
}

/** The training's own estimate, or from the epochs where another program trains. */
export function timeLeft({ live, metrics, summary }: DashboardRun): string | null {
  if (live) return duration(live.secondsLeft);
  const seconds = secondsPerEpoch(metrics);
  return seconds === null ? null : duration(seconds * (summary.epochs - summary.epoch));
}

/** Of the latest epochs, as their pace may have changed. */
export function secondsPerEpoch(metrics: DashboardRun['metrics']): number | null {
  const recent = metrics.slice(-6);
  const [first, last] = [recent[0], recent.at(-1)];
  if (!first || !last || first === last) return null;
  return (last.seconds - first.seconds) / (last.epoch - first.epoch);
}

function throughputOf({ live, metrics, stepsPerEpoch }: DashboardRun): string | null {
  if (live) return throughput(live.stepsPerSecond);
  const seconds = secondsPerEpoch(metrics);
  return seconds === null || seconds <= 0 || stepsPerEpoch <= 0 ? null : throughput(stepsPerEpoch / seconds);
}

function bestText({ summary: { best }, metrics }: DashboardRun): string {
  const line = metrics.find(({ epoch }) => epoch === best!.epoch);
  const quality = line?.identified ?? best!.accuracy;
  return t('{0} ({1} found)', best!.epoch + 1, percent(quality));
}
