import { InvalidArgumentError, Option } from 'commander';
import type { TestReport } from '../../protocol/index.js';
import { evaluating } from '../evaluating.js';
import { countsHead, countsRow, fixed, inPercent } from '../figures.js';
import { finiteNumber, type CommandContext, type RegisterCommand } from '../program.js';

interface TestArguments {
  readonly metrics: 'own' | 'reference';
  readonly report?: string;
  readonly skeleton?: string;
  readonly tolerance: number;
}

/** `test <model|run> <testset>`: the paper's metrics and our own, and a report. */
export const registerTest: RegisterCommand = (program, action) => {
  program
    .command('test')
    .description('test a model on a prepared set: every disc, every level, every image')
    .argument('<model>', 'name of a model, a model folder, or a run folder')
    .argument('<testset>', 'prepared set (dataset prepare --split test)')
    .option('--report <folder>', 'write report.json, index.html and a picture of each image there')
    .addOption(
      new Option(
        '--metrics <which>',
        "reference: the paper's figures exactly as the reference computes them, or fail",
      )
        .choices(['own', 'reference'])
        .default('own'),
    )
    .option(
      '--skeleton <file>',
      "mean skeleton for the reference's decoding (default: the model's or the set's)",
    )
    .option('--tolerance <mm>', 'how far from its true place a disc still counts as found', distance, 5)
    .action(action(runTest));
};

/** Commander's parser for a distance. */
function distance(text: string): number {
  const mm = finiteNumber(text);
  if (mm <= 0) throw new InvalidArgumentError('give a distance above 0.');
  return mm;
}

async function runTest(
  context: CommandContext,
  model: string,
  set: string,
  own: TestArguments,
): Promise<void> {
  const { output } = context;
  const report = await evaluating(context, 'Testing', (service, work) =>
    service.test(model, set, {
      report: own.report,
      metrics: own.metrics,
      skeleton: own.skeleton,
      toleranceMm: own.tolerance,
      ...work,
    }),
  );
  for (const notice of report.notices) output.note(`note: ${notice}`);
  output.result(report, () => describe(report, own, output));
}

function describe(report: TestReport, own: TestArguments, output: CommandContext['output']): string {
  const { subjects, summary, levels, model, set, engine, seconds } = report;
  const head = `${model.name} on ${set.name}: ${subjects.length} images, ${summary.total} discs (${engine}, ${seconds.toFixed(1)} s)`;
  const images = output.table(
    countsHead,
    subjects.map(({ name, counts }) => countsRow(name, counts)),
  );
  const discs = output.table(countsHead, [
    ...levels.map((level) => countsRow(level.name, level)),
    countsRow('all', summary),
  ]);
  const where = own.report === undefined ? [] : [`report: ${own.report}`];
  return [head, images, discs, paperLine(report), ...where].join('\n');
}

/** The paper's figures in a line. */
function paperLine({ reference, referenceMeasure }: TestReport): string {
  if (reference === null) return "paper's measures: -";
  const unit = referenceMeasure?.unit === 'pixel' ? 'px' : 'mm';
  const how =
    referenceMeasure?.decoding === 'reference' ? 'as the reference computes them' : 'of our own decoding';
  return [
    `paper's measures, ${how}: distance median ${fixed(reference.l2Median)} (± ${fixed(reference.l2Std)}) ${unit}`,
    `along the spine ${fixed(reference.zMean)} (± ${fixed(reference.zStd)}) ${unit}`,
    `false negatives ${inPercent(reference.falseNegativePercent)}`,
    `false positives ${inPercent(reference.falsePositivePercent)} of ${reference.total} points`,
  ].join(', ');
}
