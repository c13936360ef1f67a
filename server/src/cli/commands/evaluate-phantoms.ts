/** `evaluate` without a prepared set: how good a model is on phantoms it never saw. */
import { createInferenceInWorker } from '@disc-labeling/models/engines';
import type { Inference } from '@disc-labeling/models/engines/types';
import type { ModelDescription } from '@disc-labeling/models/model';
import type { PhantomExtent } from '../../dataset/phantom/scenery.js';
import type { DiscSummary } from '../../evaluation/metrics.js';
import { evaluateOnPhantoms, type PhantomEvaluation } from '../../evaluation/phantoms.js';
import { robustnessSheet, type RobustnessCurve } from '../../evaluation/robustness/sheet.js';
import { findModel } from '../../labeling/models.js';
import { discName } from '../../volume/levels.js';
import { CountProgress } from '../count-progress.js';
import { percent } from '../figures.js';
import type { CommandContext } from '../program.js';

export interface PhantomMeasureOptions {
  readonly phantoms: number;
  readonly seed: number;
  readonly contrast?: 'T1w' | 'T2w';
  readonly extent?: PhantomExtent;
}

type Output = CommandContext['output'];

/** Phantom slices for one volume: volumes take several times as long to draw. */
const slicesPerVolume = 5;

export async function measureOnPhantoms(
  context: CommandContext,
  name: string,
  { phantoms, seed, contrast, extent }: PhantomMeasureOptions,
): Promise<void> {
  const { output, signal } = context;
  const progress = output.progress('Evaluating', phantoms);
  await withModel(context, name, async (description, inference) => {
    const evaluation = await evaluateOnPhantoms(description, inference, {
      count: phantoms,
      seed,
      contrast,
      extent,
      signal,
      progress: (done) => progress.update(done),
    });
    progress.finish();
    const { summary, levels, groups } = evaluation;
    output.result(
      {
        model: description.name,
        engine: inference.engine,
        phantoms,
        seed,
        summary,
        levels: [...levels].map(([value, level]) => ({ value, name: discName(value), ...level })),
        groups: groups.map((group) => ({ name: group.name, ...group.summary })),
      },
      () => describe(evaluation, output),
    );
  });
}

export async function measureRobustness(
  context: CommandContext,
  name: string,
  { phantoms, seed, contrast }: PhantomMeasureOptions,
): Promise<void> {
  const { output, signal } = context;
  const volumes = Math.ceil(phantoms / slicesPerVolume);
  const progress = new CountProgress(output, 'Evaluating');
  await withModel(context, name, async (description, inference) => {
    const curves = await robustnessSheet(description, inference, {
      slices: phantoms,
      volumes,
      seed,
      contrast,
      signal,
      progress: (done, total) => progress.update({ done, total, name: '' }),
    });
    progress.finish();
    output.result(
      { model: description.name, engine: inference.engine, slices: phantoms, volumes, seed, curves },
      () => curves.map((curve) => describeCurve(curve, output)).join('\n\n'),
    );
  });
}

async function withModel(
  { options, output }: CommandContext,
  name: string,
  work: (description: ModelDescription, inference: Inference) => Promise<void>,
): Promise<void> {
  const { description, weights } = await findModel(name);
  const inference = await createInferenceInWorker(description.network, weights, {
    ...options,
    onNotice: output.engineNotice,
  });
  try {
    await work(description, inference);
  } finally {
    await inference.dispose();
  }
}

const head = ['true', 'identified', 'shifted', 'misnamed', 'missed', 'false', 'median mm'];

const row = (name: string | number, summary: DiscSummary): (string | number)[] => [
  name,
  summary.total,
  percent(summary.total === 0 ? null : summary.identificationRate),
  summary.shifted,
  summary.misnamed,
  summary.missed,
  summary.false,
  summary.distance.median.toFixed(2),
];

function describe({ summary, levels, groups }: PhantomEvaluation, output: Output): string {
  const rows = [...levels].map(([value, level]) => row(discName(value), level));
  return [
    output.table(['disc', ...head], [...rows, row('all', summary)]),
    output.table(
      ['of these', ...head],
      groups.map((group) => row(group.name, group.summary)),
    ),
  ].join('\n\n');
}

const describeCurve = ({ title, unit, points }: RobustnessCurve, output: Output): string =>
  `${title}, ${unit}\n${output.table(
    ['', ...head],
    points.map(({ value, summary }) => row(value, summary)),
  )}`;
