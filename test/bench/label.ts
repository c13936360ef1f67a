/** What test/bench/label.mjs runs: a large volume labelled again and again by one loaded model. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPhantomVolume } from '@disc-labeling/server/dataset/phantom/volume';
import { LabelingService } from '@disc-labeling/server/labeling/service';
import { writeVolume } from '@disc-labeling/server/volume/nifti';
import type { LabelSeconds } from '@disc-labeling/server/protocol';

const shape = [192, 320, 320] as const;

/** A head and neck in the middle of a field of view as large as a scanner's, with noise in the air around it. */
async function writeLargeVolume(path: string): Promise<void> {
  const { volume } = await drawPhantomVolume(2, 'T1w');
  const data = new Int16Array(shape[0] * shape[1] * shape[2]);
  for (let n = 0; n < data.length; n++) data[n] = (Math.imul(n, 2654435761) >>> 28) & 15;
  const first = shape.map((size, axis) => Math.floor((size - volume.shape[axis]) / 2));
  const [ni, nj, nk] = volume.shape;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++)
        data[first[0] + i + shape[0] * (first[1] + j + shape[1] * (first[2] + k))] =
          volume.data[i + ni * (j + nj * k)];
  await writeVolume(path, { ...volume, shape, data }, { dtype: 'int16' });
}

/**
 * @param model default: what labelling uses
 * @returns seconds of every warm request, by stage
 */
export async function benchmarkLabel(folder: string, runs: number, model?: string): Promise<LabelSeconds[]> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'large.nii.gz');
  await writeLargeVolume(path);
  const service = new LabelingService();
  try {
    await service.label(path, { model });
    const seconds: LabelSeconds[] = [];
    for (let run = 0; run < runs; run++) seconds.push((await service.label(path, { model })).result.seconds);
    return seconds;
  } finally {
    await service.dispose();
  }
}
