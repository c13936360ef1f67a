import { Option } from 'commander';
import { pathologies, type PathologyChoice } from '../../dataset/phantom/solid/findings.js';
import { type Field, fields } from '../../dataset/phantom/solid/grid.js';
import { type VolumeContrast, volumeContrasts } from '../../dataset/phantom/volume.js';
import { synthesizeDataset } from '../../dataset/synthesize.js';
import { finiteNumber, wholeNumber, type RegisterCommand } from '../program.js';
import { registerCreate } from './dataset-create.js';
import { registerPrepare } from './dataset-prepare.js';

interface SynthesizeArguments {
  readonly subjects: number;
  readonly seed: number;
  readonly contrast: readonly (VolumeContrast | 'both')[];
  readonly field: Field;
  readonly pathology?: PathologyChoice[];
  readonly spacing?: number;
  readonly thickness?: number;
  readonly width?: number;
  readonly force?: boolean;
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
      new Option('--contrast <names...>', 'images per subject, by their BIDS names; both: T1w and T2w')
        .choices([...volumeContrasts, 'both'])
        .default(['both'], 'both'),
    )
    .addOption(
      new Option('--field <field>', 'how much of the spine is seen').choices(fields).default('cervical'),
    )
    .addOption(
      new Option(
        '--pathology <kinds...>',
        'what every subject has; mixed: each kind in about a third of them',
      ).choices([...pathologies, 'mixed']),
    )
    .option('--spacing <mm>', 'pixels of the sagittal slices (1 for T1w, 0.8 for the others)', finiteNumber)
    .option('--thickness <mm>', 'from slice to slice (1 for T1w, 4 for STIR, 3 for the others)', finiteNumber)
    .option('--width <mm>', 'from left to right (48)', finiteNumber)
    .option('--force', 'delete the subjects of an earlier synthetic dataset in the folder')
    .action(
      action(async ({ output, options, signal }, out: string, asked: SynthesizeArguments) => {
        const { subjects, seed, contrast, force, field, pathology, spacing, thickness, width } = asked;
        const contrasts = contrastsOf(contrast);
        const total = subjects * contrasts.length;
        const bar = output.progress('drawing', total);
        const written = await synthesizeDataset(out, {
          subjects,
          seed,
          contrasts,
          drawing: { field, pathology, spacing, thickness, width },
          force,
          threads: options.threads,
          signal,
          progress: (fraction, note) => bar.update(Math.round(fraction * total), note),
        });
        bar.finish();
        output.result(
          written,
          ({ folder, images, kept }) =>
            `${folder}: ${images.length} images of ${subjects} subject${subjects === 1 ? '' : 's'}, with labels` +
            (kept > 0 ? ` (${kept} were there already)` : ''),
        );
      }),
    );
};

/** Each once, always in the same order: the order of the words decides nothing. */
function contrastsOf(asked: SynthesizeArguments['contrast']): VolumeContrast[] {
  const both: readonly VolumeContrast[] = asked.includes('both') ? ['T1w', 'T2w'] : [];
  return volumeContrasts.filter((contrast) => asked.includes(contrast) || both.includes(contrast));
}
