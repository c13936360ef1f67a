import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWeights, inferNetworkConfig } from '@disc-labeling/models/weights/infer';
import { readPytorchCheckpoint } from '@disc-labeling/models/weights/pytorch';
import { referenceDir } from '../support/shared.js';

const reference = referenceDir();
const folder = reference && join(reference, 'checkpoints');
const files = folder ? readdirSync(folder).filter((name) => name.endsWith('.pt')) : [];

describe.skipIf(!folder)('checkpoints of the reference', () => {
  it('are there', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('%s says in its tensors what its name says', (name) => {
    const checkpoint = readPytorchCheckpoint(readFileSync(join(folder!, name)), name);
    const config = inferNetworkConfig(checkpoint.weights, name);
    const [, kind, stacks, blocks, joints] = /^(att|plain)-s(\d+)-b(\d+)-c(\d+)/.exec(name)!;
    expect(config).toMatchObject({
      variant: 'reference',
      inputChannels: 3,
      stacks: Number(stacks),
      blocks: Number(blocks),
      features: 128,
      joints: Number(joints),
      attention: kind === 'att',
    });
    checkWeights(checkpoint.weights, config, name);
    expect(checkpoint.rawNames.every((raw) => raw.startsWith('module.'))).toBe(true);
    for (const [tensor, { shape, data }] of checkpoint.weights) {
      expect(data.length, tensor).toBe(shape.reduce((product, side) => product * side, 1));
      expect(data.every(Number.isFinite), tensor).toBe(true);
      if (tensor.endsWith('running_var')) expect(Math.min(...data), tensor).toBeGreaterThan(0);
    }
  });
});
