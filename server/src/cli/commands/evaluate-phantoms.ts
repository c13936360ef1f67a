/** `evaluate` without a prepared set: how good a model is on phantoms it never saw. */
import type { PhantomExtent } from '../../dataset/phantom/scenery.js';
import { EvaluationService, type EvaluationOptions } from '../../evaluation/service.js';
import type { DiscCounts, PhantomMeasurement, RobustnessCurve } from '../../protocol/index.js';
import { CountProgress } from '../count-progress.js';
import { countsHead, countsRow } from '../figures.js';
import type { CommandContext } from '../program.js';

export interface PhantomMeasureOptions {
  readonly phantoms: number;
  readonly seed: number;
  readonly contrast?: 'T1w' | 'T2w';
  readonly extent?: PhantomExtent;
}

type Output = CommandContext['output'];

export function measureOnPhantoms(
  context: CommandContext,
  model: string,
  { phantoms, seed, contrast, extent }: PhantomMeasureOptions,
): Promise<void> {
  return withService(context, async (service, work) => {
    const found = await service.onPhantoms(model, { phantoms, seed, contrast, extent, ...work });
    return () => context.output.result(found, () => describe(found, context.output));
  });
}

export function measureRobustness(
  context: CommandContext,
  model: string,
  { phantoms, seed, contrast }: PhantomMeasureOptions,
): Promise<void> {
  const { output } = context;
  return withService(context, async (service, work) => {
    const sheet = await service.robustness(model, { phantoms, seed, contrast, ...work });
    return () =>
      output.result(sheet, () => sheet.curves.map((curve) => describeCurve(curve, output)).join('\n\n'));
  });
}

/** @param measure returns what then tells the result */
async function withService(
  { options, output, signal }: CommandContext,
  measure: (service: EvaluationService, work: EvaluationOptions) => Promise<() => void>,
): Promise<void> {
  const service = new EvaluationService({ ...options, onNotice: output.engineNotice });
  const progress = new CountProgress(output, 'Evaluating');
  try {
    const tell = await measure(service, { signal, progress: progress.update });
    progress.finish();
    tell();
  } finally {
    await service.dispose();
  }
}

const tableOf = (first: string, rows: readonly (readonly [string, DiscCounts])[], output: Output): string =>
  output.table(
    [first, ...countsHead.slice(1)],
    rows.map(([name, counts]) => countsRow(name, counts)),
  );

const named = (list: PhantomMeasurement['groups']): [string, DiscCounts][] =>
  list.map((counts) => [counts.name, counts]);

const describe = ({ summary, levels, groups }: PhantomMeasurement, output: Output): string =>
  [
    tableOf('disc', [...named(levels), ['all', summary]], output),
    tableOf('of these', named(groups), output),
  ].join('\n\n');

const describeCurve = ({ title, unit, points }: RobustnessCurve, output: Output): string =>
  `${title}, ${unit}\n${tableOf(
    '',
    points.map(({ value, summary }) => [String(value), summary]),
    output,
  )}`;
