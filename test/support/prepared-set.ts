import { writeNpy } from '@disc-labeling/models/npy';
import type { PreparedIndex, Sample } from '@disc-labeling/server/dataset/samples';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A sample as small tests need it: a soft dot for each disc on a faint gradient. */
export interface DottedSample {
  readonly split?: Sample['split'];
  readonly size?: readonly [number, number];
  readonly discs: readonly { value: number; row: number; column: number }[];
  /** Added to the picture, so that samples differ. */
  readonly level?: number;
}

/** Dots of peak 1, standard deviation 2 pixels. */
export function dotted({ size = [128, 100], discs, level = 0 }: DottedSample): Float32Array {
  const [height, width] = size;
  const image = new Float32Array(height * width);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      let value = level;
      for (const disc of discs) value += Math.exp(-((row - disc.row) ** 2 + (column - disc.column) ** 2) / 8);
      image[row * width + column] = Math.min(1, value);
    }
  return image;
}

/** Writes a prepared set of such samples, as `dataset prepare` lays it out. */
export async function writePreparedSet(
  folder: string,
  samples: readonly DottedSample[],
  changes: Partial<PreparedIndex> = {},
): Promise<string> {
  await mkdir(join(folder, 'samples'), { recursive: true });
  const entries: Sample[] = [];
  for (const [n, sample] of samples.entries()) {
    const name = `sub-${String(n + 1).padStart(3, '0')}_T1w`;
    const size = [...(sample.size ?? [128, 100])] as [number, number];
    const file = `samples/${name}.npy`;
    await writeFile(join(folder, file), writeNpy({ data: dotted(sample), shape: size }));
    entries.push({
      name,
      file,
      subject: name.slice(0, 7),
      session: null,
      contrast: 'T1w',
      split: sample.split ?? 'training',
      source: { image: `${name}.nii.gz`, label: `${name}_labels.nii.gz` },
      shape: [1, size[1], size[0]],
      affine: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
      spacing: [1, 1, 1],
      slice: { axis: 0, index: 0, thickness: 1 },
      size,
      step: [1, 1],
      discs: sample.discs.map((disc) => ({
        ...disc,
        name: `${disc.value}`,
        voxel: [0, 0, 0],
        world: [0, 0, 0],
      })),
      unlabelled: [],
      notices: [],
    });
  }
  const index: PreparedIndex = {
    formatVersion: 1,
    kind: 'disc-labeling prepared set',
    generatedBy: 'test',
    preparation: 'own',
    split: 'train',
    contrast: 'T1w',
    dataset: folder,
    seed: 1,
    input: { frame: 'picture', spacing: 1, normalization: 'percentile' },
    channels: { values: Array.from({ length: 11 }, (_, n) => 3 + n) },
    leftOut: [],
    samples: entries,
    ...changes,
  };
  await writeFile(join(folder, 'samples.json'), JSON.stringify(index));
  return folder;
}
