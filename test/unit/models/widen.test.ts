import { lightNetwork, referenceNetwork, type NetworkConfig } from '@disc-labeling/models/config';
import { createInference } from '@disc-labeling/models/engines';
import type { Float32Tensor, ImageBatch } from '@disc-labeling/models/engines/types';
import { initialWeights, networkTensors } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import { widenWeights } from '@disc-labeling/models/widen';
import { describe, expect, it } from 'vitest';
import { sequence } from './support.js';

/** Weights of which no two channels are alike, statistics neither. */
function someWeights(config: NetworkConfig): Weights {
  const weights = initialWeights(config, 3);
  const next = sequence(11);
  for (const [name, { data, shape }] of weights)
    if (shape.length === 1) data.forEach((_, i) => (data[i] = next() + (name.endsWith('mean') ? -0.5 : 0.5)));
  return weights;
}

async function run(config: NetworkConfig, weights: Weights): Promise<Float32Tensor[]> {
  const next = sequence(5);
  const data = Float32Array.from({ length: 2 * config.inputChannels * 64 * 128 }, () => next());
  const images: ImageBatch = { data, shape: [2, config.inputChannels, 64, 128] };
  const inference = await createInference(config, weights, { engine: 'cpu' });
  const { heatmaps, attention } = await inference.run(images);
  await inference.dispose();
  return [...heatmaps, ...(attention ? [attention] : [])];
}

describe.each([
  ['light', lightNetwork({ features: 6, joints: 3 }), 8],
  ['light, three stacks, no attention', lightNetwork({ features: 4, stacks: 3, attention: false }), 5],
  ['reference', referenceNetwork({ features: 4, joints: 3 }), 6],
  ['reference, odd', referenceNetwork({ features: 3, joints: 2, blocks: 2 }), 4],
] as const)('a wider network (%s)', (_, config, features) => {
  const narrow = someWeights(config);
  const wide = widenWeights(narrow, config, features, 1);

  it('has all tensors of its width', () => {
    const expected = networkTensors({ ...config, features });
    expect([...wide.keys()].sort()).toEqual(expected.map(({ name }) => name).sort());
    for (const { name, shape } of expected) {
      expect(wide.get(name)!.shape, name).toEqual(shape);
      expect(wide.get(name)!.data.length, name).toBe(shape.reduce((a, b) => a * b, 1));
    }
  });

  it('computes what the narrow one does', async () => {
    const [before, after] = [await run(config, narrow), await run({ ...config, features }, wide)];
    before.forEach((map, i) => {
      const largest = map.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const difference = map.data.reduce((most, x, at) => Math.max(most, Math.abs(x - after[i].data[at])), 0);
      expect(largest).toBeGreaterThan(0);
      expect(difference).toBeLessThan(1e-4 * largest);
    });
  });

  it('has new channels that differ from one another', () => {
    const stem = config.variant === 'light' ? 'conv2' : 'layer2.0.conv1';
    const { data, shape } = wide.get(`${stem}.weight`)!;
    const size = data.length / shape[0];
    const filters = Array.from({ length: shape[0] }, (_, o) => data.slice(o * size, (o + 1) * size).join());
    expect(new Set(filters).size).toBe(shape[0]);
  });
});
