import { Option } from 'commander';
import { phantomExtents } from '../../dataset/phantom/scenery.js';
import type { CalibrationResult, PhantomChoice } from '../../protocol/index.js';
import { evaluating } from '../evaluating.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

interface CalibrateOptions extends Omit<PhantomChoice, 'contrast'> {
  readonly dryRun?: boolean;
}

/** `calibrate <model|run>`: lets a model's scores say how likely a disc is right. */
export const registerCalibrate: RegisterCommand = (program, action) => {
  program
    .command('calibrate')
    .description(
      "fit a model's scores to how often its discs are right, on phantoms; goes into its model.json",
    )
    .argument('<model>', 'name of a model, a model folder, or a run folder')
    .option(
      '--phantoms <n>',
      'how many to draw; all to fit, half by half to tell how true it is',
      wholeNumber(20),
      400,
    )
    .option('--seed <n>', 'which ones; none of them is ever trained on', wholeNumber(0), 1000)
    .addOption(
      new Option('--extent <extent>', 'of the phantoms: necks, or spines down to the sacrum')
        .choices([...phantomExtents])
        .default('neck'),
    )
    .option('--dry-run', 'only tell; the model stays as it is')
    .action(action(run));
};

async function run(context: CommandContext, name: string, own: CalibrateOptions): Promise<void> {
  const { output } = context;
  const found = await evaluating(context, 'Calibrating', (service, work) =>
    service.calibrate(name, { ...own, ...work }),
  );
  output.result(found, () => describe(found, output));
}

function describe(
  { confidence, discs, reliability }: CalibrationResult,
  output: CommandContext['output'],
): string {
  const { bias, evidence, rival } = confidence;
  const rows = reliability.map(({ from, to, discs: count, right }) => [
    `${from} to ${to}`,
    count,
    right === null ? '-' : `${(100 * right).toFixed(1)} %`,
  ]);
  return `fitted to ${discs} discs: bias ${bias}, evidence ${evidence}, rival ${rival}; each half by a fit to the other:\n${output.table(['score', 'discs', 'right'], rows)}`;
}
