import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { Random } from '../phantom/random.js';
import { readSample } from '../samples.js';
import { SampleOrder } from './order.js';
import type { StreamBatch, StreamOptions, StreamSample } from './types.js';
import { ownView, referenceView, type SampleView } from './views.js';

/** Computes the batch of any step from the samples on disk; holds the pictures of that batch alone. */
export class SampleBatches {
  private readonly order: SampleOrder;

  constructor(readonly options: StreamOptions) {
    this.order = new SampleOrder(options.seed, options.samples.length);
  }

  /**
   * The views of a step: a pure function of the options and the step.
   * @throws UserError a sample can't be read, or was changed since training began
   */
  async at(step: number): Promise<StreamBatch> {
    const { batch, purpose, samples } = this.options;
    const first = step * batch;
    const count = purpose === 'training' ? batch : Math.min(batch, samples.length - first);
    if (count <= 0) throw new RangeError(`there is no batch ${step}`);
    // One after the other: the pictures of one view are in memory at a time.
    const views: SampleView[] = [];
    for (let position = first; position < first + count; position++) views.push(await this.view(position));
    return stack(step, views);
  }

  private async view(position: number): Promise<SampleView> {
    const { options } = this;
    const { purpose, samples, preparation, seed } = options;
    const { index, pass } = purpose === 'training' ? this.order.at(position) : { index: position, pass: 0 };
    const random = new Random(`sample ${seed}/${pass}/${index}`);
    const sample = samples[index];
    const picture = await readUnchanged(options.folder, sample);
    return (preparation === 'own' ? ownView : referenceView)(picture, sample, options, random);
  }
}

async function readUnchanged(folder: string, sample: StreamSample) {
  const picture = await readSample({ folder }, sample);
  const { mtimeMs } = await statOf(folder, sample);
  if (mtimeMs !== sample.written)
    throw new UserError(
      'cannot read sample',
      'it was changed while training; train again with the set as it is now, or prepare it into another folder',
      join(folder, sample.file),
    );
  return picture;
}

/** @throws UserError there is no such file */
export async function statOf(folder: string, { file }: Pick<StreamSample, 'file'>) {
  const path = join(folder, file);
  return stat(path).catch((cause: unknown) => {
    throw new UserError('cannot read sample', `${reasonOf(cause)}; prepare the set again`, path, { cause });
  });
}

function stack(step: number, views: readonly SampleView[]): StreamBatch {
  const [{ height, width }] = views.map(({ picture }) => picture);
  const images = new Float32Array(views.length * height * width);
  views.forEach(({ picture }, i) => images.set(picture.image, i * height * width));
  return {
    step,
    images: { data: images, shape: [views.length, 1, height, width] },
    discs: views.map(({ discs }) => discs),
    unknown: views.map(({ unknown }) => unknown),
    spacing: views.map(({ spacing }) => spacing),
    maps: stackMaps(views),
  };
}

function stackMaps(views: readonly SampleView[]): StreamBatch['maps'] {
  const targets = views.flatMap(({ target }) => (target === null ? [] : [target]));
  if (targets.length === 0) return null;
  const [{ maps, visibility }] = targets;
  const n = targets.length;
  const all = new Float32Array(n * maps.data.length);
  const visible = new Float32Array(n * visibility.length);
  targets.forEach((target, i) => {
    all.set(target.maps.data, i * maps.data.length);
    visible.set(target.visibility, i * visibility.length);
  });
  return {
    targets: { data: all, shape: [n, ...maps.shape] },
    visibility: { data: visible, shape: [n, visibility.length] },
  };
}
