/** `evaluate` without a prepared set: how good a model is on phantoms it never saw. */
import type { DiscCounts, PhantomChoice, PhantomMeasurement, RobustnessCurve } from '../../protocol/index.js';
import { evaluating } from '../evaluating.js';
import { countsHead, countsRow } from '../figures.js';
import type { CommandContext } from '../program.js';

type Output = CommandContext['output'];

export async function measureOnPhantoms(
  context: CommandContext,
  model: string,
  { phantoms, seed, contrast, extent }: PhantomChoice,
): Promise<void> {
  const found = await evaluating(context, 'Evaluating', (service, work) =>
    service.onPhantoms(model, { phantoms, seed, contrast, extent, ...work }),
  );
  context.output.result(found, () => describe(found, context.output));
}

export async function measureRobustness(
  context: CommandContext,
  model: string,
  { phantoms, seed, contrast }: PhantomChoice,
): Promise<void> {
  const { output } = context;
  const sheet = await evaluating(context, 'Evaluating', (service, work) =>
    service.robustness(model, { phantoms, seed, contrast, ...work }),
  );
  output.result(sheet, () => sheet.curves.map((curve) => describeCurve(curve, output)).join('\n\n'));
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
