/** What the charts draw, from what a run says. */
import uPlot from 'uplot';
import type { EpochMetrics } from '@disc-labeling/server/protocol';
import type { DashboardRun } from '../messages/training.js';
import { t } from '../common/localize.js';

/** Colours of the theme by what they mean; other runs take theirs in turn. */
export type LineColor = 'training' | 'validation' | 'third' | `other${number}`;

/** One curve; x in epochs done. */
export interface Line {
  readonly label: string;
  readonly color: LineColor;
  /** `faint`: behind the others; `thin`: a part of another, or another run's training. */
  readonly look?: 'faint' | 'thin';
  /** Lengths drawn and left out in turn, CSS pixels. */
  readonly dash?: readonly number[];
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
}

export type ChartName = 'loss' | 'quality' | 'rate';

export interface LineOptions {
  /** Weight of the past, 0 to below 1. */
  readonly smoothing: number;
  /** Numbers that have no logarithm are left out. */
  readonly log: boolean;
}

/** Epoch numbers start at 1 for people; the end of epoch 0 lies at 1. */
const ends = (metrics: readonly EpochMetrics[]): number[] => metrics.map(({ epoch }) => epoch + 1);

type Figure = (metrics: EpochMetrics) => number | undefined;

const curve = (
  run: DashboardRun,
  label: string,
  color: LineColor,
  figure: Figure,
  dash?: readonly number[],
): Line[] => {
  const ys = run.metrics.map((metrics) => figure(metrics) ?? null);
  if (ys.every((y) => y === null)) return [];
  return [{ label, color, xs: ends(run.metrics), ys, ...(dash ? { look: 'thin', dash } : {}) }];
};

const dashed = [5, 4];

/** A dash, then as many dots as the stack's number. */
const stackDash = (stack: number): number[] => [7, 3, ...Array.from({ length: stack }, () => [2, 3]).flat()];

/** The curves of a chart: the run's own, then one or two of each run laid over. */
export function linesOf(
  chart: ChartName,
  run: DashboardRun,
  compared: readonly DashboardRun[],
  options: LineOptions,
): Line[] {
  const own = { loss: lossLines, quality: qualityLines, rate: rateLines }[chart](run);
  const others = compared.flatMap((other, i) => otherLines(chart, other, `other${i}`));
  return [...own, ...others].map((line) => ({ ...line, ys: prepared(line.ys, options) }));
}

function lossLines(run: DashboardRun): Line[] {
  const { steps, stepsPerEpoch } = run;
  const stacks =
    run.metrics.find((metrics) => metrics.trainingLossPerStack)?.trainingLossPerStack?.length ?? 0;
  return [
    ...(stepsPerEpoch > 0 && steps.length > 0
      ? [
          {
            label: t('Steps'),
            color: 'training' as const,
            look: 'faint' as const,
            xs: steps.map(({ step }) => step / stepsPerEpoch),
            ys: steps.map(({ loss }) => loss),
          },
        ]
      : []),
    ...curve(run, t('Training'), 'training', (metrics) => metrics.trainingLoss),
    ...(stacks < 2
      ? []
      : Array.from({ length: stacks }, (_, i) =>
          curve(
            run,
            t('Stack {0}', i + 1),
            'training',
            (metrics) => metrics.trainingLossPerStack?.[i],
            stackDash(i + 1),
          ),
        ).flat()),
    ...curve(run, t('Validation'), 'validation', (metrics) => metrics.validationLoss),
  ];
}

const qualityLines = (run: DashboardRun): Line[] => [
  ...curve(run, t('Discs found'), 'training', (metrics) => metrics.identified),
  ...curve(run, t('Within 5 mm'), 'validation', (metrics) => metrics.accuracy),
  ...curve(run, t('PCK'), 'third', (metrics) => metrics.pck),
];

const rateLines = (run: DashboardRun): Line[] =>
  curve(run, t('Learning rate'), 'training', (metrics) => metrics.learningRate);

function otherLines(chart: ChartName, run: DashboardRun, color: LineColor): Line[] {
  const { name } = run.summary;
  switch (chart) {
    case 'loss':
      return [
        ...curve(run, t('{0}: training', name), color, (metrics) => metrics.trainingLoss, dashed),
        ...curve(run, t('{0}: validation', name), color, (metrics) => metrics.validationLoss),
      ];
    case 'quality':
      return curve(
        run,
        t('{0}: discs found', name),
        color,
        (metrics) => metrics.identified ?? metrics.accuracy,
      );
    case 'rate':
      return curve(run, name, color, (metrics) => metrics.learningRate);
  }
}

function prepared(ys: Line['ys'], { smoothing, log }: LineOptions): (number | null)[] {
  const smooth = smoothed(ys, smoothing);
  return log ? smooth.map((y) => (y !== null && y > 0 ? y : null)) : smooth;
}

/**
 * Exponential moving average whose beginning is not drawn towards zero.
 * @param weight of the past, 0 (as it is) to below 1
 */
export function smoothed(ys: Line['ys'], weight: number): (number | null)[] {
  if (weight <= 0) return [...ys];
  let [average, total] = [0, 0];
  return ys.map((y) => {
    if (y === null) return null;
    average = weight * average + (1 - weight) * y;
    total = weight * total + (1 - weight);
    return average / total;
  });
}

/** Lines over one common x axis, as the chart library takes them. */
export function alignedData(lines: readonly Line[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]];
  return uPlot.join(lines.map(({ xs, ys }) => [[...xs], [...ys]] as uPlot.AlignedData));
}

/** First and last epoch of all lines; a single one is given room. */
export function extentOf(lines: readonly Line[]): { readonly min: number; readonly max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const { xs } of lines) {
    if (xs.length === 0) continue;
    min = Math.min(min, xs[0]!);
    max = Math.max(max, xs.at(-1)!);
  }
  if (min > max) return { min: 0, max: 1 };
  return min === max ? { min: min - 0.5, max: max + 0.5 } : { min, max };
}

/** What a screen reader says of a chart. */
export function described(title: string, lines: readonly Line[], show: (value: number) => string): string {
  const latest = lines
    .filter(({ look }) => look !== 'faint')
    .flatMap(({ label, ys }) => {
      const last = ys.findLast((y) => y !== null);
      return last === undefined || last === null ? [] : [`${label} ${show(last)}`];
    });
  return latest.length === 0 ? t('{0}: no epoch yet', title) : `${title}: ${latest.join(', ')}`;
}
