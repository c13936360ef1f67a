import { CancelledError, UserError } from '@disc-labeling/models/errors';
import type { Labeling } from '@disc-labeling/server/backend/services';
import type { Disc, ModelSummary } from '@disc-labeling/server/protocol';
import { readHeader } from '@disc-labeling/server/volume/nifti';
import { volumeBytes } from '@disc-labeling/server/volume/nifti-writer';
import type { Affine } from '@disc-labeling/server/volume/types';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How the double behaves; tests of the editor choose. */
export interface DoubleOptions {
  /** ms a labelling takes. */
  readonly duration?: number;
  /** End the process in the middle of a labelling whose number (from 1) is listed. */
  readonly crashes?: readonly number[];
  readonly outcome?: 'points' | 'nothing' | 'failure';
}

const names = ['C2/C3', 'C3/C4', 'C4/C5', 'C5/C6', 'C6/C7', 'C7/T1', 'T1/T2', 'T2/T3', 'T3/T4', 'T4/T5'];

const model = (
  name: string,
  title: string,
  contrast: ModelSummary['contrast'],
  isDefault: boolean,
): ModelSummary => ({
  name,
  title,
  contrast,
  path: `/models/${name}`,
  origin: isDefault ? 'shipped' : 'user',
  made: 'trained',
  parameters: 6_795_086,
  attention: true,
  isDefault,
  card: null,
  metrics: {},
});

/**
 * Stands in for the network in tests of the editor: knows no volume but answers with the points written beside it
 * (`<stem>.json` with `discs: [{name, voxel, world}]`).
 */
export class LabelingDouble implements Labeling {
  #count = 0;

  constructor(private readonly options: DoubleOptions = {}) {}

  async label(
    path: string,
    { signal, progress, overlays, model: chosen }: Parameters<Labeling['label']>[1],
  ): ReturnType<Labeling['label']> {
    const { duration = 300, crashes = [], outcome = 'points' } = this.options;
    const number = ++this.#count;
    const steps = ['reading', 'preparing', 'running the network', 'naming discs'];
    for (const [i, message] of steps.entries()) {
      progress({ message, fraction: i / steps.length });
      await sleep(duration / steps.length, undefined, { signal }).catch(() => {
        throw new CancelledError();
      });
      if (i === 1 && crashes.includes(number)) process.exit(1);
    }
    if (outcome === 'failure')
      throw new UserError('cannot label', 'the volume has no sagittal plane; choose another file', path);
    const discs = outcome === 'nothing' ? [] : await pointsBeside(path);
    const { shape, affine } = await readHeader(path);
    return {
      result: {
        input: path,
        model: chosen ?? 'default',
        engine: 'onnxruntime-cpu',
        contrast: 'T1w',
        slice: { axis: 0, index: (shape[0] - 1) / 2, thickness: Math.min(6, shape[0]) },
        discs,
        seconds: { read: 0.03, prepare: 0.02, network: 0.11, decode: 0.01, total: 0.17 },
        notices: [],
      },
      overlays: overlays ? maps(discs, shape, affine) : null,
    };
  }

  describe(path: string) {
    return readHeader(path);
  }

  async models() {
    return [
      model('default', 'Light attention hourglass, T1w and T2w', 'any', true),
      model('reference-t1', 'Reference network, T1w', 'T1w', false),
    ];
  }

  async engines() {
    return [
      {
        id: 'onnxruntime-cpu' as const,
        available: true,
        detail: '2 cores',
        device: 'a processor',
        trains: true,
        chosen: 'no graphics processor works here',
      },
      {
        id: 'onnxruntime-cuda' as const,
        available: false,
        detail: 'the CUDA 12 libraries are not installed',
        device: null,
        trains: true,
        chosen: null,
      },
    ];
  }

  async saveLabels(path: string) {
    return { volume: `${path}.labels.nii.gz`, sidecar: `${path}.labels.json` };
  }

  async dispose() {}
}

async function pointsBeside(path: string): Promise<Disc[]> {
  const text = await readFile(path.replace(/\.nii(\.gz)?$/, '.json'), 'utf8').catch(() => '{"discs":[]}');
  const { discs } = JSON.parse(text) as { discs: Pick<Disc, 'name' | 'voxel' | 'world'>[] };
  return discs.map((disc, i) => ({ ...disc, value: names.indexOf(disc.name) + 3, score: 0.98 - 0.04 * i }));
}

/** Gaussian blobs at the points, on the sagittal plane in the middle. */
function maps(
  discs: readonly Disc[],
  [ni, nj, nk]: readonly number[],
  affine: Affine,
): { attention: Uint8Array; heatmap: Uint8Array } {
  const blobs = (sigma: number): Uint8Array => {
    const data = new Float32Array(nj * nk);
    for (const { voxel } of discs)
      for (let k = 0; k < nk; k++)
        for (let j = 0; j < nj; j++) {
          const square = (j - voxel[1]) ** 2 + (k - voxel[2]) ** 2;
          data[j + nj * k] = Math.max(data[j + nj * k], Math.exp(-square / (2 * sigma * sigma)));
        }
    const middle = (ni - 1) / 2;
    const rows = affine.map((row) => [row[0] * ni, row[1], row[2], row[3] + row[0] * middle]);
    return volumeBytes({
      shape: [1, nj, nk],
      data,
      affine: [rows[0], rows[1], rows[2], [0, 0, 0, 1]] as unknown as Affine,
      affineSource: 'sform',
    });
  };
  return { attention: blobs(14), heatmap: blobs(2.2) };
}
