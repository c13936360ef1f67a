import { describe, expect, test } from 'vitest';
import { labelledPage, leftOutPage } from '../../../client/src/commands/outcome-page.js';
import { inOrder, modelParts } from '../../../client/src/views/model-parts.js';
import { runParts } from '../../../client/src/views/run-parts.js';
import { percent, plain, timeLeft } from '../../../client/src/words.js';
import type { ModelSummary, RunSummary, TrainingStepEvent } from '../../../server/src/protocol/index.js';
import { t } from '../../support/translate.js';

const model = (change: Partial<ModelSummary> = {}): ModelSummary => ({
  name: 'spine',
  title: 'A model',
  contrast: 'T1w',
  path: '/models/spine',
  origin: 'user',
  made: 'trained',
  parameters: 1_234_567,
  attention: true,
  isDefault: false,
  card: null,
  metrics: {},
  ...change,
});

describe('a model in its view', () => {
  test('says what it is, and what may be done with it', () => {
    expect(modelParts(model(), t)).toMatchObject({
      label: 'spine',
      description: 'trained \u00b7 T1w',
      context: 'model.user',
      icon: 'mortar-board',
    });
    expect(modelParts(model({ made: 'imported' }), t)).toMatchObject({ icon: 'cloud-download' });
    expect(modelParts(model({ origin: 'shipped', contrast: 'any', isDefault: true }), t)).toMatchObject({
      description: 'default \u00b7 shipped',
      context: 'model.shipped.default',
      icon: 'star-full',
      spoken: 'Model spine, default \u00b7 shipped \u00b7 any contrast',
    });
  });

  test('tells in its tooltip what is known of its quality, and nothing else', () => {
    const { tooltip } = modelParts(model({ metrics: { accuracy: 0.8288, medianDistance: 0.882 } }), t);
    expect(tooltip).toMatch(/\| Accuracy\u2002 \| 82\.9 % \|/);
    expect(tooltip).toContain('0.88 mm');
    expect(tooltip).not.toContain('PCK');
  });

  test('has no say in how its tooltip is read', () => {
    const { tooltip } = modelParts(model({ title: '[click](command:evil) | **x**' }), t);
    expect(tooltip).toContain('\\[click\\]\\(command:evil\\) \\| \\*\\*x\\*\\*');
  });

  test('is listed after the default one, those that ship last', () => {
    const names = inOrder([
      model({ name: 'c', origin: 'shipped' }),
      model({ name: 'd', origin: 'shipped', isDefault: true }),
      model({ name: 'b' }),
      model({ name: 'a' }),
    ]).map(({ name }) => name);
    expect(names).toEqual(['d', 'a', 'b', 'c']);
  });
});

const run = (change: Partial<RunSummary> = {}): RunSummary => ({
  path: '/runs/first',
  name: 'first',
  model: 'neck',
  state: 'finished',
  interrupted: false,
  epoch: 20,
  epochs: 20,
  best: { epoch: 11, accuracy: 0.871, pck: 0.902, validationLoss: 0.00123 },
  updated: '2026-11-25T13:40:00Z',
  problem: null,
  ...change,
});
const live: TrainingStepEvent = {
  kind: 'step',
  step: 70,
  steps: 200,
  epoch: 6,
  loss: 0.01234,
  lossPerStack: [],
  learningRate: 1e-3,
  gradientNorm: 1,
  stepsPerSecond: 2.5,
  secondsLeft: 130,
  waiting: 0,
};

describe('a run in its view', () => {
  test.each([
    [run(), 'pass', '20 epochs \u00b7 PCK 90.2 %', 'run.finished.best'],
    // Ended early as configured.
    [run({ epoch: 1 }), 'pass', '1 epoch \u00b7 PCK 90.2 %', 'run.finished.best'],
    [
      run({ state: 'stopped', epoch: 4, best: { epoch: 3, accuracy: 0.5, validationLoss: 1 } }),
      'debug-pause',
      'stopped at 4/20 \u00b7 accuracy 50.0 %',
      'run.stopped.best',
    ],
    [run({ state: 'training', epoch: 0, best: null }), 'sync~spin', 'epoch 1/20', 'run.training'],
    [run({ state: 'training', epoch: 20, best: null }), 'sync~spin', 'epoch 20/20', 'run.training'],
    [run({ state: 'broken', epoch: 0, best: null }), 'error', 'cannot be resumed', 'run.broken'],
  ])('%#: shows state, epochs and best', (summary, icon, description, context) => {
    expect(runParts(summary, null, t)).toMatchObject({ icon, description, context });
  });

  test('tells how long it takes and how quick it is while it trains, and only then', () => {
    const training = runParts(run({ state: 'training', epoch: 6 }), live, t);
    expect(training.description).toBe('epoch 7/20 \u00b7 PCK 90.2 % \u00b7 2 min left');
    expect(training.tooltip).toContain('2.5 steps/s');
    const over = runParts(run(), live, t);
    expect(over.description).not.toContain('left');
    expect(over.tooltip).not.toContain('steps/s');
  });

  test('says why it is broken, also to a screen reader', () => {
    const parts = runParts(run({ state: 'broken', best: null, problem: 'out of memory' }), null, t);
    expect(parts.tooltip).toContain('out of memory');
    expect(parts.spoken).toBe('Run first, cannot be resumed \u00b7 out of memory');
  });
});

describe('pages', () => {
  test('list what was left out of a dataset, and why', () => {
    const page = leftOutPage(
      [
        {
          folder: '/data/set',
          taken: 3,
          leftOut: [{ subject: 'sub-01', name: 'sub-01_T1w', reason: 'no label | none' }],
          notices: ['3 training'],
          example: null,
        },
        { folder: '/data/test', taken: 1, leftOut: [], notices: [], example: null },
      ],
      t,
    );
    expect(page).toContain('Taken: 3. Left out: 1.');
    expect(page).toContain('| sub\\-01 | sub\\-01\\_T1w | no label \\| none |');
    expect(page.match(/^# /gm)).toHaveLength(2);
    expect(page.match(/^\| Subject/gm)).toHaveLength(1);
  });

  test('list what became of the volumes of a folder, failures first', () => {
    const volume = (image: string, outcome: 'labelled' | 'kept' | 'failed', discs: string[] = []) => ({
      image: `/data/${image}`,
      outcome,
      labels: null,
      discs,
      remarks: outcome === 'failed' ? ['cannot read volume: it is empty'] : [],
    });
    const page = labelledPage(
      {
        root: '/data',
        volumes: [
          volume('a.nii', 'labelled', ['C2/C3', 'C3/C4']),
          volume('b.nii', 'failed'),
          volume('c.nii', 'kept'),
        ],
        total: 4,
        cancelled: true,
        model: 'm',
        engine: 'cpu',
      },
      '/data',
      t,
    );
    const rows = page.split('\n').filter((line) => line.startsWith('| '));
    expect(rows.slice(2).map((line) => line.split(' | ')[1])).toEqual([
      'failed',
      'labelled',
      'kept as it was',
    ]);
    expect(rows[3]).toContain('2: C2/C3 \u2013 C3/C4');
    expect(page).toContain('3 of 4 volumes were looked at');
  });
});

test('words', () => {
  expect([timeLeft(12.2, t), timeLeft(89, t), timeLeft(91, t)]).toEqual([
    '13 s left',
    '89 s left',
    '2 min left',
  ]);
  expect(percent(0.8288)).toBe('82.9 %');
  expect(plain('a_b\n<c>')).toBe('a\\_b \\<c\\>');
});
