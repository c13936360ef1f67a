import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { readFloatNpy } from '@disc-labeling/models/npy';
import { encodeModelSafetensors } from '@disc-labeling/models/weights/export';
import { importWeights } from '@disc-labeling/models/weights/import';
import { floatsOf, readSafetensors } from '@disc-labeling/models/weights/safetensors';
import { exportModel } from '@disc-labeling/server/labeling/export-model';
import { referenceDir } from '../support/shared.js';

const reference = referenceDir();
const home = mkdtempSync(join(tmpdir(), 'disc-export-'));
afterAll(() => rmSync(home, { recursive: true }));

/** Cases in `forward/` with a checkpoint, whose name they may continue. */
const cases = reference
  ? readdirSync(join(reference, 'forward')).flatMap((name) => {
      const checkpoint = readdirSync(join(reference, 'checkpoints'))
        .filter((file) => file.endsWith('.pt'))
        .map((file) => file.slice(0, -'.pt'.length))
        .find((stem) => name === stem || name.startsWith(`${stem}-`));
      return checkpoint === undefined ? [] : [{ name, checkpoint }];
    })
  : [];

/** Every 4th row and column, as the reference's large outputs are kept. */
function thinned({ data, dims }: ort.Tensor): { data: Float32Array; shape: number[] } {
  const [n, c, h, w] = dims;
  const shape = [n, c, h / 4, w / 4];
  const at = (i: number) => {
    const column = i % shape[3];
    const row = Math.floor(i / shape[3]) % shape[2];
    return Math.floor(i / shape[3] / shape[2]) * h * w + 4 * row * w + 4 * column;
  };
  const length = shape.reduce((a, b) => a * b);
  return { data: Float32Array.from({ length }, (_, i) => (data as Float32Array)[at(i)]), shape };
}

describe.skipIf(!reference)('an exported checkpoint of the reference', () => {
  it('is there to be tried', () => expect(cases.length).toBeGreaterThan(0));

  it.each(cases)('gives in ONNX Runtime what the reference gave: $name', async ({ name, checkpoint }) => {
    const model = await importWeights(join(reference!, 'checkpoints', `${checkpoint}.pt`), join(home, name));
    const folder = join(reference!, 'forward', name);
    const input = readFloatNpy(readFileSync(join(folder, 'input.npy')), 4);
    const [, , height, width] = input.shape;
    for (const size of [[height, width] as const, 'any' as const]) {
      const { file } = await exportModel(model, join(home, `${name}.onnx`), size);
      const session = await ort.InferenceSession.create(file);
      const results = await session.run({ image: new ort.Tensor('float32', input.data, [...input.shape]) });
      await session.release();
      let compared = 0;
      const compare = (stored: string, found: { data: Float32Array; shape: readonly number[] }): void => {
        const expected = readFloatNpy(readFileSync(join(folder, stored)), 4);
        expect(found.shape).toEqual(expected.shape);
        const power = expected.data.reduce((sum, value) => sum + value * value, 0);
        const worst = found.data.reduce((most, x, i) => Math.max(most, Math.abs(x - expected.data[i])), 0);
        expect(worst / Math.sqrt(power / expected.data.length), `${stored}, ${size}`).toBeLessThan(1e-4);
        compared++;
      };
      const whole = ({ data, dims }: ort.Tensor) => ({ data: data as Float32Array, shape: dims });
      for (let stack = 0; stack < model.description.network.stacks; stack++) {
        const result = results[`heatmaps_${stack + 1}`];
        if (existsSync(join(folder, `stack${stack}.npy`))) compare(`stack${stack}.npy`, whole(result));
        if (existsSync(join(folder, `stack${stack}_sub4.npy`)))
          compare(`stack${stack}_sub4.npy`, thinned(result));
      }
      if (existsSync(join(folder, 'attention.npy'))) compare('attention.npy', whole(results['attention']));
      expect(compared).toBeGreaterThanOrEqual(model.description.network.stacks);
    }
  });

  it.each([...new Set(cases.map(({ checkpoint }) => checkpoint))])(
    'comes through safetensors bit for bit: %s',
    async (name) => {
      const { weights, description } = await importWeights(
        join(reference!, 'checkpoints', `${name}.pt`),
        join(home, name),
      );
      const { arrays } = readSafetensors(encodeModelSafetensors({ weights, description }));
      expect([...arrays.keys()]).toEqual([...weights.keys()]);
      for (const [tensor, { data }] of weights)
        expect(
          Buffer.compare(bytesOf(floatsOf(arrays.get(tensor)!, tensor).data), bytesOf(data)),
          tensor,
        ).toBe(0);
    },
  );
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
