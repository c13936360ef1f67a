import { createInferenceInWorker } from '@disc-labeling/models/engines';
import { readModel } from '@disc-labeling/models/weights/folder';
import { Option } from 'commander';
import { join } from 'node:path';
import { phantomExtents, type PhantomExtent } from '../../dataset/phantom/scenery.js';
import { calibrate, type Calibration } from '../../evaluation/calibrate.js';
import { findModelFolder } from '../../labeling/models.js';
import { writeWhole } from '../../volume/write-whole.js';
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
  { phantoms, seed, extent, dryRun }: CalibrateOptions,
): Promise<void> {
  const folder = await findModelFolder(name);
  const { description, weights } = await readModel(folder);
  const inference = await createInferenceInWorker(description.network, weights, {
    ...options,
    onNotice: output.engineNotice,
  });
  const progress = output.progress('Calibrating', phantoms);
  try {
    const found = await calibrate(description, inference, {
      count: phantoms,
      seed,
      extent,
      signal,
      progress: (done) => progress.update(done),
    });
    progress.finish();
    if (!dryRun) {
      const changed = { ...description, confidence: found.confidence };
      await writeWhole(join(folder, 'model.json'), `${JSON.stringify(changed, null, 2)}\n`);
    }
    output.result({ model: description.name, phantoms, seed, extent, ...found }, () =>
      describe(found, output),
    );
  } finally {
    await inference.dispose();
  }
}

function describe({ confidence, discs, reliability }: Calibration, output: CommandContext['output']): string {
  const { bias, evidence, rival } = confidence;
  const rows = reliability.map(({ from, to, discs: count, right }) => [
    `${from} to ${to}`,
    count,
    right === null ? '-' : `${(100 * right).toFixed(1)} %`,
  ]);
  return `fitted to ${discs} discs: bias ${bias}, evidence ${evidence}, rival ${rival}; on other phantoms:\n${output.table(['score', 'discs', 'right'], rows)}`;
}
