import { UserError } from '@disc-labeling/models/errors';
import { InvalidArgumentError } from 'commander';
import { basename } from 'node:path';
import { LabelingService } from '../../labeling/service.js';
import type { LabelOutcome } from '../../labeling/labeler.js';
import type { LabelResult } from '../../protocol/index.js';
import { labelPicture } from '../../pictures/overlay.js';
import { version } from '../../version.js';
import { labelPaths, writeLabelVolume } from '../../volume/labels.js';
import { discValue } from '../../volume/levels.js';
import type { SagittalSlab } from '../../volume/slice.js';
import { writeWhole } from '../../volume/write-whole.js';
import type { CommandContext, RegisterCommand } from '../program.js';

interface LabelCommandOptions {
  readonly model?: string;
  readonly output?: string;
  readonly picture?: boolean;
  readonly level?: number;
}

/** `label <volume…>`: names the discs of volumes. */
export const registerLabel: RegisterCommand = (program, action) => {
  program
    .command('label')
    .description('find and name the discs of volumes (.nii, .nii.gz)')
    .argument('<volume...>', 'files to label')
    .option('--model <model>', 'name of a model, a model folder, or a run folder')
    .option('--output <folder>', 'write label volumes and sidecars there')
    .option(
      '--picture',
      'also write a PNG of the sagittal slice with its discs (into --output, or beside the volume)',
    )
    .option(
      '--level <found=name>',
      'name a disc you know, such as T4/T5=C2/C3; the others are counted from it',
      levelShift,
    )
    .action(action(labelVolumes));
};

/** @param text `T4/T5=C2/C3`: the name a disc was found under, and what it is; @returns levels, positive: downwards */
function levelShift(text: string): number {
  const [found, name] = text.split('=').map(discValue);
  if (!found || !name || text.split('=').length > 2)
    throw new InvalidArgumentError('give two discs, such as T4/T5=C2/C3.');
  return name - found;
}

async function labelVolumes(
  context: CommandContext,
  volumes: string[],
  own: LabelCommandOptions,
): Promise<void> {
  const { options, output, signal } = context;
  const service = new LabelingService({
    engine: options.engine,
    threads: options.threads,
    onNotice: output.engineNotice,
  });
  const results: LabelResult[] = [];
  const failures: UserError[] = [];
  const progress = output.progress('Labelling', volumes.length);
  try {
    for (const [index, path] of volumes.entries()) {
      try {
        const outcome = await service.label(path, {
          model: own.model,
          levelShift: own.level,
          signal,
          progress: ({ message }) => progress.update(index, `${basename(path)}: ${message}`),
        });
        await writeOutputs(outcome, own);
        results.push(outcome.result);
        for (const notice of outcome.result.notices) output.note(`note: ${basename(path)}: ${notice}`);
      } catch (error) {
        // One bad file must not cost the others their labels.
        if (!(error instanceof UserError) || volumes.length === 1) throw error;
        failures.push(error);
        output.note(`error: ${error.message}`);
      }
      progress.update(index + 1);
    }
    progress.finish();
  } finally {
    await service.dispose();
  }
  output.result(results, (all) => all.map((result) => describe(result, context)).join('\n\n'));
  if (failures.length > 0)
    throw new UserError('cannot label', `${failures.length} of ${volumes.length} volumes failed, see above`);
}

async function writeOutputs(
  { result, volume, slab }: LabelOutcome,
  { output: folder, picture }: LabelCommandOptions,
): Promise<void> {
  if (folder !== undefined) {
    const { model, engine, levelShift, discs, input } = result;
    const provenance = { model, engine, levelShift, version };
    await writeLabelVolume(input, volume, discs, provenance, { folder, overwrite: true });
  }
  if (picture) {
    const { volume: labels } = labelPaths(result.input, folder);
    await writeWhole(
      labels.replace(/_label-discs_dlabel\.nii\.gz$/, '_discs.png'),
      await pictureOf(result, slab),
    );
  }
}

function pictureOf(
  { input, model, engine, slice, discs }: LabelResult,
  slab: SagittalSlab,
): Promise<Uint8Array> {
  const footnote = `${discs.length === 0 ? 'no disc found · ' : ''}${model} · ${engine} · slice ${slice.index}`;
  return labelPicture(slab, discs, { title: basename(input), footnote });
}

function describe(result: LabelResult, { output }: CommandContext): string {
  const { input, model, engine, discs, seconds } = result;
  const head = `${input}: ${discs.length === 0 ? 'no disc found' : `${discs.length} discs`} (${model}, ${engine}, ${seconds.total.toFixed(2)} s)`;
  if (discs.length === 0) return head;
  const rows = discs.map(({ name, value, world, voxel, score }) => [
    name,
    value,
    ...world.map((mm) => mm.toFixed(1)),
    voxel.map((index) => index.toFixed(1)).join(' '),
    score.toFixed(2),
  ]);
  return `${head}\n${output.table(['disc', 'value', 'x mm', 'y mm', 'z mm', 'voxel', 'score'], rows)}`;
}
