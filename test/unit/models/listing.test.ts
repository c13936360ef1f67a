import { describe, expect, it } from 'vitest';
import { lightNetwork, referenceNetwork, type NetworkConfig } from '@disc-labeling/models/config';
import { initialWeights, networkTensors } from '@disc-labeling/models/layers-listing';

const parameters = (config: NetworkConfig) =>
  networkTensors(config)
    .filter(({ kind }) => kind === 'parameter')
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

describe('the tensors of a network', () => {
  it('are as many as in the paper', () => {
    expect(parameters(referenceNetwork())).toBe(6_795_086);
    expect(parameters(referenceNetwork({ attention: false }))).toBe(6_727_062);
  });

  it('are less than a third in the light network', () => {
    expect(parameters(lightNetwork())).toBe(2_023_808);
  });

  it('carry the names of the reference, levels counted from the deepest', () => {
    const names = new Set(networkTensors(referenceNetwork()).map(({ name }) => name));
    for (const name of [
      'conv1.weight',
      'bn1.running_var',
      'layer1.0.downsample.0.bias',
      'hg.0.hg.0.3.0.conv2.weight',
      'hg.1.hg.3.2.0.bn3.bias',
      'res.1.0.conv3.weight',
      'fc.1.1.running_mean',
      'score_.0.weight',
      'attention.9.weight',
    ])
      expect(names).toContain(name);
    expect(names).not.toContain('layer3.0.downsample.0.weight');
    expect(names).not.toContain('fc_.1.weight');
    expect(names).not.toContain('hg.0.hg.1.3.0.conv1.weight');
  });

  it('have no hourglass blocks where there are none, but keep the head', () => {
    const names = networkTensors(referenceNetwork({ blocks: 0 })).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('hg.'))).toEqual([]);
    expect(names).toContain('res.0.0.conv1.weight');
  });

  it('mark the biases that a batch norm cancels', () => {
    const cancelled = networkTensors(referenceNetwork()).filter((tensor) => tensor.cancelled);
    expect(cancelled.every(({ name }) => name.endsWith('.bias'))).toBe(true);
    expect(cancelled.map(({ name }) => name)).toContain('conv1.bias');
    expect(cancelled.map(({ name }) => name)).not.toContain('score.0.bias');
  });
});

describe('initial weights', () => {
  it('are the same for the same seed only', () => {
    const config = lightNetwork({ features: 8 });
    const data = (seed: number) => initialWeights(config, seed).get('conv2.weight')!.data;
    expect(data(5)).toEqual(data(5));
    expect(data(5)).not.toEqual(data(6));
  });

  it('have the spread of their rule', () => {
    const deviation = (data: Float32Array) =>
      Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
    const light = initialWeights(lightNetwork(), 1).get('hg.0.hg.0.0.0.conv1.weight')!;
    expect(deviation(light.data) / Math.sqrt(2 / (64 * 9))).toBeCloseTo(1, 1);
    const reference = initialWeights(referenceNetwork(), 1).get('hg.0.hg.0.0.0.conv2.weight')!;
    const bound = 1 / Math.sqrt(128 * 9);
    expect(Math.max(...reference.data.slice(0, 1e5))).toBeLessThanOrEqual(bound);
    expect(deviation(reference.data) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
  });
});
