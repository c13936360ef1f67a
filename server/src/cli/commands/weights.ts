import { importWeights } from '@disc-labeling/models/weights/import';
import { readModelDescription } from '@disc-labeling/models/weights/folder';
import { UserError } from '@disc-labeling/models/errors';
import { modelContrasts } from '@disc-labeling/models/model';
import { Option } from 'commander';
import { basename, resolve } from 'node:path';
import type { ExportSize } from '../../labeling/export-model.js';
import { copyModel, ModelLibrary, type AverageOptions } from '../../labeling/model-library.js';
import { findModel } from '../../labeling/models.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

/** `weights`: weights in from other programs and out to them. */
export const registerWeights: RegisterCommand = (program, action) => {
  const weights = program.command('weights').description('bring weights in and out');
  weights
    .command('import <checkpoint> [outdir]')
    .description(
      'turn a PyTorch checkpoint of the reference network, or a safetensors file, into a model folder (default: one among your own models)',
    )
    .option('--name <name>', "the model's name (default: the folder's)")
    .action(action(importModel));
  const exporting = weights
    .command('export <model> <file>')
    .description('write a model as <file>.onnx (inference graph) or <file>.safetensors (PyTorch names)')
    .option(
      '--size <pixels...>',
      'ONNX: input height and width, or "any" (default: 256 256, or any for a model with a pixel size)',
      collectSize,
    );
  exporting.action(
    action(async (context, model: string, file: string, { size }: { size?: (number | 'any')[] }) => {
      const chosen = size && sizeOf(size);
      if (chosen === null)
        return exporting.error('error: --size takes height and width, or "any"', { exitCode: 2 });
      await writeExport(context, model, file, chosen);
    }),
  );
  weights
    .command('copy <model> [outdir]')
    .description(
      'copy a model, such as the best of a run, into the model folder <outdir> (default: one among your own models)',
    )
    .option('--name <name>', "the copy's name (default: the folder's)")
    .option('--half', 'store 16 bits a number instead of 32')
    .action(action(copyWeights));
  weights
    .command('average <models...>')
    .description(
      'the mean of two or more models that were trained from one another, as a model folder (default: one among your own models)',
    )
    .option('--output <folder>', 'where to write it')
    .option('--name <name>', "the average's name (default: the folder's)")
    .option('--half', 'store 16 bits a number instead of 32')
    .addOption(
      new Option('--contrast <contrast>', 'what it is for; default: what all are for, or any').choices(
        modelContrasts,
      ),
    )
    .action(action(averageWeights));
  weights
    .command('delete <model>')
    .description('delete one of your own models, by its name or folder')
    .action(
      action(async ({ output }, model: string) => {
        await new ModelLibrary().delete(model);
        output.result({ deleted: model }, () => `${model}: deleted`);
      }),
    );
};

async function importModel(
  { output }: CommandContext,
  checkpoint: string,
  outdir: string | undefined,
  { name }: { name?: string },
): Promise<void> {
  if (outdir !== undefined) await importWeights(checkpoint, outdir, name);
  const folder =
    outdir ??
    (await new ModelLibrary().importWeights(checkpoint, requireName('cannot import weights', name))).path;
  const description = await readModelDescription(folder);
  const { network } = description;
  output.result({ model: folder, name: description.name, network }, () =>
    [
      `${folder}: ${description.name}, ${network.stacks} stacks, ${network.blocks} blocks,`,
      `${network.joints} heat maps, ${network.attention ? 'with' : 'without'} attention`,
    ].join(' '),
  );
}

function requireName(what: string, name: string | undefined): string {
  if (name === undefined) throw new UserError(what, 'give --name, or a folder to write it to');
  return name;
}

async function writeExport(
  { output }: CommandContext,
  model: string,
  file: string,
  size: ExportSize | undefined,
): Promise<void> {
  const result = await new ModelLibrary().exportModel(model, file, size);
  output.result({ model, ...result }, ({ format, bytes }) => {
    const input = result.size === undefined ? '' : `, input ${[result.size].flat().join(' x ')}`;
    return `${file}: ${format}, ${(bytes / 1e6).toFixed(1)} MB${input}`;
  });
}

/** Words of `--size` as they come: two whole numbers, or `any`. */
function collectSize(word: string, before: readonly (number | 'any')[] = []): (number | 'any')[] {
  return [...before, word === 'any' ? word : wholeNumber(1)(word)];
}

/** Null where the words are neither. */
function sizeOf([height, width, ...more]: readonly (number | 'any')[]): ExportSize | null {
  if (more.length > 0) return null;
  if (height === 'any' && width === undefined) return height;
  return typeof height === 'number' && typeof width === 'number' ? [height, width] : null;
}

async function averageWeights(
  { output }: CommandContext,
  models: readonly string[],
  { output: folder, ...options }: Omit<AverageOptions, 'folder'> & { readonly output?: string },
): Promise<void> {
  const average = await new ModelLibrary().average(models, { folder, ...options });
  output.result(average, () => `${average.path}: ${average.name}, the mean of ${models.join(' and ')}`);
}

async function copyWeights(
  { output }: CommandContext,
  source: string,
  outdir: string | undefined,
  { name, half }: { name?: string; half?: boolean },
): Promise<void> {
  const copied =
    outdir === undefined
      ? await new ModelLibrary().install(source, requireName('cannot copy model', name), { half })
      : { path: outdir, name: name ?? basename(resolve(outdir)) };
  if (outdir !== undefined) await copyModel(await findModel(source), outdir, copied.name, { half });
  output.result({ model: copied.path, name: copied.name }, () => `${copied.path}: ${copied.name}`);
}
