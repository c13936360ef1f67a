import { join } from 'node:path';
import { readFloatNpy, writeNpy } from '@disc-labeling/models/npy';
import { findModel } from '../../labeling/models.js';
import { predict } from '../../labeling/predict.js';
import { writeWhole } from '../../volume/write-whole.js';
import { readInput } from '../input.js';
import type { RegisterCommand } from '../program.js';

/** `predict`: the bare network, from arrays to arrays. */
export const registerPredict: RegisterCommand = (program, action) => {
  program
    .command('predict <model> <input.npy> <outdir>')
    .description(
      'run the bare network on float32 [n,channels,h,w]; writes heatmaps_1.npy … and attention.npy',
    )
    .action(
      action(async ({ options, output, signal }, name: string, input: string, outdir: string) => {
        const images = readFloatNpy(await readInput(input), 4, input);
        const model = await findModel(name);
        const progress = output.progress('Predicting', images.shape[0]);
        const { engine, threads } = options;
        const answer = await predict(
          model,
          images,
          { engine, threads, signal, progress: progress.update, onNotice: output.engineNotice },
          input,
        );
        progress.finish();
        const arrays = [
          ...answer.heatmaps.map((maps, stack) => ({
            file: join(outdir, `heatmaps_${stack + 1}.npy`),
            ...maps,
          })),
          ...(answer.attention ? [{ file: join(outdir, 'attention.npy'), ...answer.attention }] : []),
        ];
        for (const { file, ...array } of arrays) await writeWhole(file, writeNpy(array));
        const files = arrays.map(({ file, shape }) => ({ file, shape }));
        output.result({ model: model.description.name, engine: answer.engine, files }, () =>
          files.map(({ file, shape }) => `${file} [${shape.join(', ')}]`).join('\n'),
        );
      }),
    );
};
