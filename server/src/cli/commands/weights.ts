import { importPytorch } from '@disc-labeling/models/weights/import';
import { writeModel } from '@disc-labeling/models/weights/folder';
import type { Model } from '@disc-labeling/models/model';
import { basename, resolve } from 'node:path';
import { findModel } from '../../labeling/models.js';
import { modelCard } from '../../training/model-card.js';
import type { CommandContext, RegisterCommand } from '../program.js';

/** `weights`: weights in from other programs. */
export const registerWeights: RegisterCommand = (program, action) => {
  const weights = program.command('weights').description('bring weights in and out');
  weights
    .command('import <checkpoint> <outdir>')
    .description('turn a PyTorch checkpoint of the reference network into the model folder <outdir>')
    .option('--name <name>', "the model's name (default: the folder's)")
    .action(
      action(async ({ output }, checkpoint: string, outdir: string, { name }: { name?: string }) => {
        const { description } = await importPytorch(checkpoint, outdir, name);
        const { network } = description;
        output.result({ model: outdir, name: description.name, network }, () =>
          [
            `${outdir}: ${description.name}, ${network.stacks} stacks, ${network.blocks} blocks,`,
            `${network.joints} heat maps, ${network.attention ? 'with' : 'without'} attention`,
          ].join(' '),
        );
      }),
    );
  weights
    .command('copy <model> <outdir>')
    .description('copy a model, such as the best of a run, into the model folder <outdir>')
    .option('--name <name>', "the copy's name (default: the folder's)")
    .option('--half', 'store 16 bits a number instead of 32')
    .action(action(copyModel));
};

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
