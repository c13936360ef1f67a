import { importPytorch } from '@disc-labeling/models/weights/import';
import type { RegisterCommand } from '../program.js';

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
};
