import { Option } from 'commander';
import { phantomExtents, type PhantomExtent } from '../../dataset/phantom/scenery.js';
import { EvaluationService } from '../../evaluation/service.js';
import type { CalibrationResult } from '../../protocol/index.js';
import { CountProgress } from '../count-progress.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

interface CalibrateOptions {
  readonly phantoms: number;
  readonly seed: number;
  readonly extent: PhantomExtent;
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
      'how many to draw; one half to fit, the other to tell how true it is',
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

async function run(
  { options, output, signal }: CommandContext,
  name: string,
  own: CalibrateOptions,
): Promise<void> {
  const service = new EvaluationService({ ...options, onNotice: output.engineNotice });
  const progress = new CountProgress(output, 'Calibrating');
  try {
    const found = await service.calibrate(name, { ...own, signal, progress: progress.update });
    progress.finish();
    output.result(found, () => describe(found, output));
  } finally {
    await service.dispose();
  }
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
  return `fitted to ${discs} discs: bias ${bias}, evidence ${evidence}, rival ${rival}; on other phantoms:\n${output.table(['score', 'discs', 'right'], rows)}`;
}
