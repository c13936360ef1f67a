import { importWeights } from '@disc-labeling/models/weights/import';
import { writeModel } from '@disc-labeling/models/weights/folder';
import type { Model } from '@disc-labeling/models/model';
import { basename, resolve } from 'node:path';
import { exportModel, type ExportSize } from '../../labeling/export-model.js';
import { findModel } from '../../labeling/models.js';
import { modelCard } from '../../training/model-card.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

/** `weights`: weights in from other programs and out to them. */
export const registerWeights: RegisterCommand = (program, action) => {
  const weights = program.command('weights').description('bring weights in and out');
  weights
    .command('import <checkpoint> <outdir>')
    .description(
      'turn a PyTorch checkpoint of the reference network, or a safetensors file, into a model folder',
    )
    .option('--name <name>', "the model's name (default: the folder's)")
    .action(
      action(async ({ output }, checkpoint: string, outdir: string, { name }: { name?: string }) => {
        const { description } = await importWeights(checkpoint, outdir, name);
        const { network } = description;
        output.result({ model: outdir, name: description.name, network }, () =>
          [
            `${outdir}: ${description.name}, ${network.stacks} stacks, ${network.blocks} blocks,`,
            `${network.joints} heat maps, ${network.attention ? 'with' : 'without'} attention`,
          ].join(' '),
        );
      }),
    );
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
    .command('copy <model> <outdir>')
    .description('copy a model, such as the best of a run, into the model folder <outdir>')
    .option('--name <name>', "the copy's name (default: the folder's)")
    .option('--half', 'store 16 bits a number instead of 32')
    .action(action(copyModel));
};

async function writeExport(
  { output }: CommandContext,
  model: string,
  file: string,
  size: ExportSize | undefined,
): Promise<void> {
  const result = await exportModel(await findModel(model), file, size);
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

async function copyModel(
  { output }: CommandContext,
  source: string,
  outdir: string,
  { name = basename(resolve(outdir)), half }: { name?: string; half?: boolean },
): Promise<void> {
  const { description, weights } = await findModel(source);
  const copy: Model = { description: { ...description, name }, weights };
  await writeModel(outdir, copy, { card: modelCard(copy), storage: half ? 'float16' : 'float32' });
  output.result({ model: outdir, name }, () => `${outdir}: ${name}`);
}
