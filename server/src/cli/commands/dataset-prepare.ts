import { Option, type Command } from 'commander';
import { prepareDataset, type PreparedDataset } from '../../dataset/prepare/prepare.js';
import { writeContactSheets } from '../../dataset/sheets.js';
import { writeAugmentedSheet } from '../../dataset/stream/sheets.js';
import type { Output } from '../output.js';
import { finiteNumber, wholeNumber, type Action } from '../program.js';
import { Stages } from './dataset-create.js';

interface PrepareArguments {
  readonly contrast: string;
  readonly split: 'train' | 'test' | 'all';
  readonly prepare: 'own' | 'reference';
  readonly seed: number;
  readonly validationShare: number;
  readonly testShare: number;
  readonly spacing: number;
  readonly normalization: 'percentile' | 'minmax';
  readonly lowest: number;
  readonly pictures?: boolean;
  readonly augmented?: boolean;
}

/** `dataset prepare`: from volumes to samples. */
export function registerPrepare(dataset: Command, action: Action): void {
  dataset
    .command('prepare <dataset> <out>')
    .description('make the samples for training or testing: one sagittal slice per image, with its discs')
    .option('--contrast <contrast>', 'T1w, T2w, both of these, or another by its BIDS name', 'both')
    .addOption(
      new Option('--split <split>', 'train holds training and validation')
        .choices(['train', 'test', 'all'])
        .default('train'),
    )
    .addOption(
      new Option('--prepare <how>', "reference: Azad et al.'s own preparation, split included")
        .choices(['own', 'reference'])
        .default('own'),
    )
    .option('--seed <n>', 'decides which subjects are for validation and test', wholeNumber(0), 1)
    .option('--validation-share <share>', 'share of the subjects for validation', finiteNumber, 0.1)
    .option('--test-share <share>', 'share of the subjects for testing', finiteNumber, 0.1)
    .option('--spacing <mm>', "pixel size, the model's", finiteNumber, 1)
    .addOption(
      new Option('--normalization <how>', 'of intensities, to 0..1')
        .choices(['percentile', 'minmax'])
        .default('percentile'),
    )
    .option(
      '--lowest <value>',
      'smallest label value taken, that of channel 0 (3 = C2/C3)',
      wholeNumber(1),
      3,
    )
    .option('--pictures', 'also draw contact sheets into <out>/pictures')
    .option('--augmented', 'also draw one there of training samples as training sees them')
    .action(
      action(async ({ options, output, signal }, from: string, out: string, own: PrepareArguments) => {
        const stages = new Stages(output);
        const prepared = await prepareDataset(from, out, {
          contrast: own.contrast,
          split: own.split,
          preparation: own.prepare,
          seed: own.seed,
          validation: own.validationShare,
          test: own.testShare,
          spacing: own.spacing,
          normalization: own.normalization,
          lowest: own.lowest,
          threads: options.threads,
          signal,
          progress: (stage, done, total, note) => stages.update(stage, done, total, note),
        });
        const pictures = own.pictures
          ? await writeContactSheets(prepared.set, {
              signal,
              progress: (done, total) => stages.update('drawing', done, total),
            })
          : [];
        const augmented = own.augmented ? await writeAugmentedSheet(prepared.set, true, { signal }) : null;
        if (augmented !== null) pictures.push(augmented);
        stages.finish();
        report(prepared, pictures, output);
      }),
    );
}

function report(
  { set, kept, elsewhere, notices }: PreparedDataset,
  pictures: readonly string[],
  output: Output,
): void {
  for (const notice of notices) output.note(`note: ${notice}`);
  for (const { name, notices: about } of set.samples)
    for (const notice of about) output.note(`note: ${name}: ${notice}`);
  const counts = countBy(set.samples.map(({ split }) => split));
  const subjects = new Set(set.samples.map(({ subject }) => subject)).size;
  const summary = {
    folder: set.folder,
    samples: set.samples.length,
    subjects,
    splits: counts,
    kept,
    elsewhere,
    leftOut: set.leftOut,
    pictures,
  };
  output.result(summary, () => {
    const splits = Object.entries(counts)
      .map(([split, count]) => `${count} ${split}`)
      .join(', ');
    const others = elsewhere > 0 ? `; ${elsewhere} images belong to another split` : '';
    const drawn = pictures.length > 0 ? `\npictures: ${pictures.join(', ')}` : '';
    const rows = set.leftOut.map(({ name, contrast, reason }) => [name, contrast, reason]);
    const table = rows.length > 0 ? `${output.table(['left out', 'contrast', 'reason'], rows)}\n` : '';
    return `${table}${set.folder}: ${set.samples.length} samples of ${subjects} subjects (${splits})${kept > 0 ? `, ${kept} of them there already` : ''}${others}${drawn}`;
  });
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
