import { Option } from 'commander';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { readFloatNpy, readNpy } from '@disc-labeling/models/npy';
import {
  decodeWithSkeleton,
  type SkeletonChoice,
  type SkeletonDecodeOptions,
} from '../../labeling/reference-decode.js';
import { parseSkeleton } from '../../labeling/skeleton.js';
import { readInput } from '../input.js';
import { wholeNumber, type RegisterCommand } from '../program.js';

interface DecodeArguments extends SkeletonDecodeOptions {
  readonly skeleton: string;
}

/** `decode`: heat maps to disc points, with a mean skeleton. */
export const registerDecode: RegisterCommand = (program, action) => {
  program
    .command('decode <heatmaps.npy>')
    .description('find the discs in heat maps, float32 [n,joints,h,w] or [joints,h,w], by a mean skeleton')
    .requiredOption('--skeleton <file>', 'mean skeleton (JSON, as the skeleton command writes it)')
    .option(
      '--channels <n>',
      'decode exactly the first n maps (default: those with a clear peak)',
      wholeNumber(1),
    )
    .addOption(
      new Option('--frame <frame>', "how the maps lie: the reference network's way, or as a picture")
        .choices(['reference', 'picture'])
        .default('reference'),
    )
    .action(
      action(async ({ output }, heatmaps: string, options: DecodeArguments) => {
        const skeleton = parseSkeleton(
          new TextDecoder().decode(await readInput(options.skeleton)),
          options.skeleton,
        );
        const images = splitImages(await readInput(heatmaps), heatmaps);
        const decoded = images.map((maps, image) => ({
          image,
          ...decodeWithSkeleton(maps, skeleton, options),
        }));
        output.result(decoded, (rows) =>
          output.table(['image', 'map', 'row', 'column', 'score'], rows.flatMap(tableRows)),
        );
      }),
    );
};

function tableRows({ image, discs }: SkeletonChoice & { readonly image: number }): (string | number)[][] {
  return discs.map(({ channel, row, column, score }) => [
    image,
    channel,
    row.toFixed(2),
    column.toFixed(2),
    score.toFixed(2),
  ]);
}

/** One `[joints, h, w]` per image. */
function splitImages(bytes: Uint8Array, file: string): Float32Tensor[] {
  const rank = readNpy(bytes, file).shape.length;
  const { shape, data } = readFloatNpy(bytes, rank === 3 ? 3 : 4, file);
  const [count, ...rest] = rank === 3 ? [1, ...shape] : shape;
  const length = rest.reduce((product, side) => product * side, 1);
  return Array.from({ length: count }, (_, image) => ({
    data: data.subarray(image * length, (image + 1) * length),
    shape: rest,
  }));
}
