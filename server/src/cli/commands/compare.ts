import { EvaluationService } from '../../evaluation/service.js';
import type { ReportComparison } from '../../protocol/index.js';
import { countsHead, countsRow, fixed } from '../figures.js';
import type { Output } from '../output.js';
import type { RegisterCommand } from '../program.js';

/** `compare <report1> <report2>`: two models on the images both were tested on. */
export const registerCompare: RegisterCommand = (program, action) => {
  program
    .command('compare <report1> <report2>')
    .description('compare two models by their reports (folders of test --report), on the images both have')
    .action(
      action(async ({ output }, first: string, second: string) => {
        const service = new EvaluationService();
        const comparison = await service.compare([first, second]);
        for (const notice of comparison.notices ?? []) output.note(`note: ${notice}`);
        output.result(comparison, () => describe(comparison, output));
      }),
    );
};

function describe(comparison: ReportComparison, output: Output): string {
  const { names, summary, subjects, verdict, only } = comparison;
  const changed = subjects.filter(
    ({ counts: [a, b], distanceDifference }) =>
      a.identified !== b.identified || a.false !== b.false || (distanceDifference ?? 0) !== 0,
  );
  const rows = changed.map(({ name, counts: [a, b], distanceDifference }) => [
    name,
    a.identified,
    b.identified,
    a.false,
    b.false,
    fixed(distanceDifference),
  ]);
  const left = only
    .map((list, n) => (list.length > 0 ? [`only in ${names[n]}: ${list.join(', ')}`] : []))
    .flat();
  return [
    output.table(
      countsHead,
      summary.map((counts, n) => countsRow(names[n], counts)),
    ),
    ...(rows.length === 0
      ? []
      : [
          output.table(
            [
              'image',
              ...names.map((name) => `identified, ${name}`),
              ...names.map((name) => `false, ${name}`),
              'mm',
            ],
            rows,
          ),
        ]),
    ...left,
    verdict ?? 'Too few subjects differ to tell the models apart.',
  ].join('\n');
}
