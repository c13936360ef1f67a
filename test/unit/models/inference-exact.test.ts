import { describe, expect, it } from 'vitest';
import { lightNetwork, referenceNetwork, type NetworkConfig } from '@disc-labeling/models/config';
import { createInference } from '@disc-labeling/models/engines';
import type { Float32Tensor, ImageBatch } from '@disc-labeling/models/engines/types';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { deviation } from '../../support/both-ways.js';
import { featureMap, inferInDouble } from '../../support/double-network.js';

const networks: [string, NetworkConfig][] = [
  ['light', lightNetwork({ features: 4, joints: 3 })],
  // As wide as the blocks of ONNX Runtime's blocked layout, to which its optimiser turns.
  ['light, 16 wide', lightNetwork({ features: 16, joints: 3, stacks: 1, attention: false })],
  ['reference', referenceNetwork({ features: 4, joints: 3 })],
  ['reference, 16 wide', referenceNetwork({ features: 16, joints: 2, stacks: 1 })],
];

/** Norms that scale and shift, and statistics that are not trivial but keep all numbers of ordinary size. */
function trainedWeights(config: NetworkConfig): Weights {
  const weights = initialWeights(config, 3);
  const random = new Random('weights');
  for (const [name, { data, shape }] of weights) {
    if (name.endsWith('running_var')) data.forEach((_, i) => (data[i] = random.uniform(3, 12)));
    else if (shape.length === 1) data.forEach((x, i) => (data[i] = x + random.uniform(-0.5, 0.5)));
  }
  return weights;
}

/** @param identical whether all channels are equal, which the compiled network merges into one */
function images({ inputChannels }: NetworkConfig, identical: boolean): ImageBatch {
  const random = new Random('images');
  const [n, height, width] = [2, 64, 128];
  const planes = Array.from({ length: n }, () => {
    const plane = () => Float32Array.from({ length: height * width }, () => random.uniform());
    const first = plane();
    return [first, ...Array.from({ length: inputChannels - 1 }, () => (identical ? first : plane()))];
  }).flat();
  const data = new Float32Array(planes.length * height * width);
  planes.forEach((plane, i) => data.set(plane, i * height * width));
  return { data, shape: [n, inputChannels, height, width] };
}

/** Nothing is folded, merged or blocked in what engines are compared with. */
describe.each(networks)('inference of the network: %s', (_, config) => {
  const weights = trainedWeights(config);
  const inputs = [true, false].map((identical) => images(config, identical));
  const expected = inputs.map((batch) => inferInDouble(config, weights, batch));

  it.each(['onnxruntime-cpu', 'cpu'] as const)('is what double precision says: %s', async (engine) => {
    const inference = await createInference(config, weights, { engine, threads: 1 });
    // Eager inference does not look at whether channels are equal.
    for (const [i, batch] of engine === 'cpu' ? [[1, inputs[1]!] as const] : inputs.entries()) {
      const { heatmaps, attention } = await inference.run(batch);
      const check = (actual: Float32Tensor, wanted: (typeof expected)[number]['heatmaps'][number]) =>
        expect(deviation(featureMap(actual), wanted)).toBeLessThan(2e-5);
      expect(heatmaps).toHaveLength(config.stacks);
      heatmaps.forEach((map, stack) => check(map, expected[i]!.heatmaps[stack]!));
      expect(attention === null).toBe(!config.attention);
      if (attention) check(attention, expected[i]!.attention!);
    }
    await inference.dispose();
  });
});
