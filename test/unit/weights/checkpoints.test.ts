import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWeights } from '@disc-labeling/models/weights/import';
import { checkWeights, inferNetworkConfig } from '@disc-labeling/models/weights/infer';
import { repositoryDir } from '../../support/shared.js';

/** Written by PyTorch and safetensors themselves: test/tools/checkpoints.py. */
const folder = join(repositoryDir, 'test/fixtures/checkpoints');
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<
  string,
  { format: string; stacks: number; blocks: number; features: number; joints: number; attention: boolean }
>;

/** The rule after which every number was made. */
function numberOf(name: string, index: number): number {
  const value = (7 * index + 13 * name.length) % 127;
  return (name.endsWith('running_var') ? value + 1 : value - 63) / 64;
}

describe('files that Python wrote', () => {
  it('are all listed', () => {
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(manifest), 'manifest.json'].sort());
  });

  it.each(Object.entries(manifest))('%s is read number by number', (file, { format, ...network }) => {
    const checkpoint = readWeights(readFileSync(join(folder, file)), file);
    expect(checkpoint.format).toBe(format);
    const config = inferNetworkConfig(checkpoint.weights, file);
    expect(config).toEqual({ variant: 'reference', inputChannels: 3, ...network });
    checkWeights(checkpoint.weights, config, file);
    for (const [name, { data }] of checkpoint.weights)
      expect(data, name).toEqual(Float32Array.from(data, (_, i) => numberOf(name, i)));
  });
});
