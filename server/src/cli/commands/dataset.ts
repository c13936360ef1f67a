import { Option } from 'commander';
import { synthesizeDataset } from '../../dataset/synthesize.js';
import { wholeNumber, type RegisterCommand } from '../program.js';
import { registerCreate } from './dataset-create.js';
import { registerPrepare } from './dataset-prepare.js';

interface SynthesizeArguments {
  readonly subjects: number;
  readonly seed: number;
  readonly contrast: 'T1w' | 'T2w' | 'both';
}

/** `dataset`: from folders to what a network trains on. */
export const registerDataset: RegisterCommand = (program, action) => {
  const dataset = program.command('dataset').description('make and prepare datasets');
  registerCreate(dataset, action);
  registerPrepare(dataset, action);
  dataset
    .command('synthesize <out>')
    .description('write a synthetic BIDS dataset of spine phantoms with disc labels')
    .option('--subjects <n>', 'subjects to draw', wholeNumber(1), 2)
    .option('--seed <n>', 'the same seed gives the same bytes', wholeNumber(0), 1)
    .addOption(
      new Option('--contrast <contrast>', 'images per subject')
        .choices(['T1w', 'T2w', 'both'])
        .default('both'),
    )
    .action(
      action(async ({ output, signal }, out: string, { subjects, seed, contrast }: SynthesizeArguments) => {
        const contrasts = contrast === 'both' ? (['T1w', 'T2w'] as const) : ([contrast] as const);
        const total = subjects * contrasts.length;
        const bar = output.progress('drawing', total);
        const written = await synthesizeDataset(out, {
          subjects,
          seed,
          contrasts,
          signal,
          progress: (fraction, note) => bar.update(Math.floor(fraction * total), note),
        });
        bar.finish();
        output.result(
          written,
          ({ folder, images }) =>
            `${folder}: ${images.length} images of ${subjects} subject${subjects === 1 ? '' : 's'}, with labels`,
        );
      }),
    );
};
