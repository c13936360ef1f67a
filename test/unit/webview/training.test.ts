import { describe, expect, test } from 'vitest';
import type { EpochMetrics } from '../../../server/src/protocol/index.js';
import type { DashboardRun, DashboardState } from '../../../webview/src/messages/index.js';
import { lineSample } from '../../../webview/src/common/line-sample.js';
import { percent } from '../../../webview/src/common/numbers.js';
import {
  bytes,
  duration,
  rate,
  significant,
  throughput,
  tick,
} from '../../../webview/src/training/format.js';
import { facts, secondsPerEpoch, timeLeft } from '../../../webview/src/training/facts.js';
import { withProgress } from '../../../webview/src/training/progress.js';
import { alignedData, described, extentOf, linesOf, smoothed } from '../../../webview/src/training/series.js';

const epoch = (number: number, more: Partial<EpochMetrics> = {}): EpochMetrics => ({
  epoch: number,
  step: 10 * (number + 1),
  learningRate: 1e-3,
  trainingLoss: 4 / (number + 1),
  validationLoss: 6 / (number + 1),
  accuracy: 0.5,
  falseRate: 0,
  medianDistance: 1,
  seconds: 20 * (number + 1),
  ...more,
});

const run = (metrics: readonly EpochMetrics[], more: Partial<DashboardRun> = {}): DashboardRun => ({
  summary: {
    path: '/runs/a',
    name: 'a',
    model: 'a',
    state: 'training',
    interrupted: false,
    epoch: metrics.length,
    epochs: 10,
    best: metrics.at(-1) ?? null,
    updated: '2026-01-01T00:00:00.000Z',
    problem: null,
  },
  stepsPerEpoch: 10,
  metrics,
  steps: [],
  live: null,
  elsewhere: false,
  engine: 'cpu',
  parameters: 7,
  card: null,
  ...more,
});

const plain = { smoothing: 0, log: false };

test.each([
  [0, '0 s'],
  [59.6, '1 min 0 s'],
  [190, '3 min 10 s'],
  [599.7, '10 min'],
  [3600, '1 h 0 min'],
  [7500, '2 h 5 min'],
  [100_800, '1 d 4 h'],
])('%s seconds are %s', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected);
});

test('numbers are short, and as large as they are', () => {
  expect([0.0123456, 1.2e-7, 45.678, 123_456, 0].map(significant)).toEqual([
    '0.0123',
    '1.20e-7',
    '45.7',
    '1.23e+5',
    '0.00',
  ]);
  expect([0.0015, 5e-4, 0.1, 0, 123_456].map(tick)).toEqual(['0.0015', '5e-4', '0.1', '0', '1.23e5']);
  expect([2.5e-4, 1e-3, 0].map(rate)).toEqual(['2.5e-4', '1e-3', '0']);
  expect(percent(0.987)).toBe('98.7 %');
  expect([5e8, 3e9].map(bytes)).toEqual(['477 MB', '2.8 GB']);
  expect([25, 2.5, 0.25].map(throughput)).toEqual(['25 steps/s', '2.5 steps/s', '4.0 s/step']);
});

describe('curves', () => {
  test('epochs lie at their ends, steps where they are within them', () => {
    const lines = linesOf('loss', run([epoch(0), epoch(1)], { steps: [{ step: 5, loss: 9 }] }), [], plain);
    expect(lines.map(({ label, xs, ys }) => [label, xs, ys])).toEqual([
      ['Steps', [0.5], [9]],
      ['Training', [1, 2], [4, 2]],
      ['Validation', [1, 2], [6, 3]],
    ]);
  });

  test('each stack has its own where there are several', () => {
    const perStack = (losses: number[]) => run([epoch(0, { trainingLossPerStack: losses })]);
    expect(linesOf('loss', perStack([3, 1]), [], plain).map(({ label }) => label)).toEqual([
      'Training',
      'Stack 1',
      'Stack 2',
      'Validation',
    ]);
    expect(linesOf('loss', perStack([4]), [], plain)).toHaveLength(2);
  });

  test('stacks are told apart by as many dots as their number, in the legend too', () => {
    const stacks = linesOf('loss', run([epoch(0, { trainingLossPerStack: [3, 1] })]), [], plain).slice(1, 3);
    expect(stacks.map(({ dash }) => dash)).toEqual([
      [7, 3, 2, 3],
      [7, 3, 2, 3, 2, 3],
    ]);
    expect(lineSample('red', [7, 3])).toBe(
      'repeating-linear-gradient(90deg, red 0px 7px, transparent 7px 10px) center / 100% 2px no-repeat',
    );
    expect(lineSample('red')).toBe('linear-gradient(red, red) center / 100% 2px no-repeat');
  });

  test('what was never measured has none', () => {
    expect(
      linesOf('quality', run([epoch(0), epoch(1, { pck: 0.5 })]), [], plain).map(({ label, ys }) => [
        label,
        ys,
      ]),
    ).toEqual([
      ['Within 5 mm', [0.5, 0.5]],
      ['PCK', [null, 0.5]],
    ]);
  });

  test('other runs are named and have colours of their own', () => {
    const other = run([epoch(0)], { summary: { ...run([]).summary, name: 'b' } });
    const lines = linesOf('loss', run([epoch(0)]), [other, other], plain);
    expect(lines.map(({ label, color }) => [label, color])).toEqual([
      ['Training', 'training'],
      ['Validation', 'validation'],
      ['b: training', 'other0'],
      ['b: validation', 'other0'],
      ['b: training', 'other1'],
      ['b: validation', 'other1'],
    ]);
  });

  test('what has no logarithm is left out of a logarithmic one', () => {
    const [line] = linesOf('loss', run([epoch(0, { trainingLoss: 0 }), epoch(1)]), [], {
      smoothing: 0,
      log: true,
    });
    expect(line!.ys).toEqual([null, 2]);
  });

  test('smoothing keeps a constant, starts at the first value, and passes over gaps', () => {
    expect(smoothed([2, 2, null, 2], 0.9).map((y) => y && Math.round(y * 1e9) / 1e9)).toEqual([
      2,
      2,
      null,
      2,
    ]);
    const [first, second] = smoothed([0, 10], 0.5);
    expect(first).toBe(0);
    expect(second).toBeCloseTo(10 * (0.5 / 0.75), 9);
    expect(smoothed([1, null], 0)).toEqual([1, null]);
  });

  test('lines of different length share one axis', () => {
    const [xs, a, b] = alignedData([
      { label: 'a', color: 'training', xs: [0.5, 1], ys: [3, 4] },
      { label: 'b', color: 'validation', xs: [1, 2], ys: [5, 6] },
    ]);
    expect([...xs]).toEqual([0.5, 1, 2]);
    expect([...a!].map((y) => y ?? null)).toEqual([3, 4, null]);
    expect([...b!].map((y) => y ?? null)).toEqual([null, 5, 6]);
  });

  test('all charts begin and end together; a single epoch is given room', () => {
    const line = (xs: number[]) => ({ label: '', color: 'training', xs, ys: xs }) as const;
    expect(extentOf([line([0.5, 3]), line([1, 4]), line([])])).toEqual({ min: 0.5, max: 4 });
    expect(extentOf([line([1])])).toEqual({ min: 0.5, max: 1.5 });
    expect(extentOf([])).toEqual({ min: 0, max: 1 });
  });

  test('ten thousand epochs of two runs are drawn whole', () => {
    const long = run(Array.from({ length: 10_000 }, (_, number) => epoch(number)));
    const [xs, ...curves] = alignedData(linesOf('loss', long, [long], { smoothing: 0.5, log: true }));
    expect(xs).toHaveLength(10_000);
    expect(curves.map((ys) => typeof ys.at(-1))).toEqual(Array(4).fill('number'));
  });

  test('are described in words', () => {
    const lines = linesOf('loss', run([epoch(0), epoch(1)]), [], plain);
    expect(described('Loss', lines, significant)).toBe('Loss: Training 2.00, Validation 3.00');
    expect(described('Loss', [], significant)).toBe('Loss: no epoch yet');
  });
});

describe('figures', () => {
  test('time left comes from the training, or from the pace of the latest epochs', () => {
    const live = { secondsLeft: 65 } as DashboardRun['live'];
    expect(timeLeft(run([epoch(0)], { live }))).toBe('1 min 5 s');
    expect(timeLeft(run([epoch(0), epoch(1)]))).toBe('2 min 40 s');
    expect(timeLeft(run([epoch(0)]))).toBeNull();
    expect(secondsPerEpoch([epoch(0, { seconds: 5 }), epoch(2, { seconds: 25 })])).toBe(10);
  });

  test('a finished training has no epochs to come', () => {
    const epochOf = (state: DashboardRun['summary']['state']) =>
      new Map(facts(run([epoch(0)], { summary: { ...run([epoch(0)]).summary, state } }))).get('Epoch');
    expect([epochOf('training'), epochOf('stopped'), epochOf('finished')]).toEqual([
      '1 of 10',
      '1 of 10',
      '1',
    ]);
  });

  test('what is not known is left out', () => {
    const names = (shown: DashboardRun): string[] => facts(shown).map(([name]) => name);
    expect(names(run([epoch(0, { memory: 1e9 })]))).toContain('Memory');
    expect(names(run([epoch(0)], { engine: null }))).toEqual([
      'Model',
      'Epoch',
      'Trained for',
      'Parameters',
      'Best epoch',
    ]);
  });
});

describe('what a training tells', () => {
  const state: DashboardState = {
    run: run([epoch(0)]),
    pictures: [],
    problem: null,
    pending: null,
    others: [],
    compared: [],
  };
  const step = (number: number) => ({ step: number, loss: 1 }) as NonNullable<DashboardRun['live']>;
  const news = { kind: 'progress', live: null, epochs: [], best: null, pictures: [] } as const;

  test('an epoch is added, and may be the best', () => {
    const { run: after } = withProgress(state, { ...news, epochs: [epoch(1), epoch(2)], best: 1 });
    expect(after!.metrics.map((line) => line.epoch)).toEqual([0, 1, 2]);
    expect(after!.summary).toMatchObject({ epoch: 3, best: { epoch: 1 } });
    expect(withProgress(state, { ...news, epochs: [epoch(1)] }).run!.summary.best!.epoch).toBe(0);
  });

  test('steps are added once, and thinned out', () => {
    let after: DashboardState = state;
    for (let number = 1; number <= 10_000; number++)
      after = withProgress(after, { ...news, live: step(number) });
    after = withProgress(after, { ...news, live: step(10_000) });
    const { steps } = after.run!;
    expect(steps.length).toBeLessThanOrEqual(4000);
    expect(steps.at(-1)!.step).toBe(10_000);
    expect(new Set(steps.map(({ step: at }) => at)).size).toBe(steps.length);
  });
});
