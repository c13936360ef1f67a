import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { lightNetwork, referenceNetwork, type NetworkConfig } from '@disc-labeling/models/config';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Model } from '@disc-labeling/models/model';
import { readFloatNpy, writeNpy } from '@disc-labeling/models/npy';
import { readModel, writeModel } from '@disc-labeling/models/weights/folder';
import { runCommandLine } from '@disc-labeling/server/cli/program';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'weights-export-'));
});
afterAll(() => rm(home, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs a command line; gives its exit status and what it printed. */
async function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    vi.spyOn(process[stream], 'write').mockImplementation(
      (text) => ((printed[stream] += String(text)), true),
    );
  const status = await runCommandLine([...args, '--engine', 'onnxruntime-cpu', '--threads', '1', '--quiet']);
  vi.restoreAllMocks();
  return { status, ...printed };
}

/** A model folder with weights and statistics that are not trivial. */
async function someModel(name: string, network: NetworkConfig, spacing: number | null): Promise<Model> {
  const weights = initialWeights(network, 7);
  for (const [tensor, { shape, data }] of weights) {
    // Small scales of batch norms: otherwise a gate's input reaches thousands, and rounding shows.
    if (shape.length === 1 && tensor.endsWith('weight')) data.fill(0.5);
    if (tensor.endsWith('running_mean')) data.forEach((_, i) => (data[i] = Math.sin(i) / 3));
    if (tensor.endsWith('running_var')) data.forEach((_, i) => (data[i] = 1 + Math.cos(i) / 2));
  }
  const values = Array.from({ length: network.joints }, (_, i) => 3 + i);
  const model: Model = {
    weights,
    description: {
      formatVersion: 1,
      name,
      title: `A tiny ${name} network`,
      contrast: 'T2w',
      network,
      input: { frame: 'picture', spacing, normalization: 'percentile' },
      channels: { values, anyDisc: null },
      skeleton: null,
      provenance: { seed: 7 },
      metrics: { accuracy: 0.5 },
    },
  };
  await writeModel(join(home, name), model, { card: '' });
  return model;
}

const networks: [string, NetworkConfig, number | null][] = [
  ['light', lightNetwork({ features: 8, joints: 3 }), 1.25],
  ['light-plain', lightNetwork({ features: 6, stacks: 1, joints: 2, attention: false }), 1],
  ['reference', referenceNetwork({ features: 8, joints: 3 }), null],
  ['reference-blocks', referenceNetwork({ features: 4, stacks: 3, blocks: 2, attention: false }), null],
  ['reference-empty', referenceNetwork({ features: 4, stacks: 1, blocks: 0, joints: 1 }), null],
];

function images(shape: number[]): { data: Float32Array; shape: number[] } {
  const data = new Float32Array(shape.reduce((a, b) => a * b));
  return { data: data.map((_, i) => 0.5 + Math.sin(i * 0.37 + Math.sqrt(i)) / 2), shape };
}

/** Largest difference of an exported graph's results to what `predict` writes, relative to the largest value. */
async function compare(name: string, file: string, shape: number[]): Promise<number> {
  const input = images(shape);
  await writeFile(join(home, 'input.npy'), writeNpy(input));
  await rm(join(home, 'out'), { recursive: true, force: true });
  expect((await run('predict', join(home, name), join(home, 'input.npy'), join(home, 'out'))).status).toBe(0);
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1 });
  const results = await session.run({ image: new ort.Tensor('float32', input.data, shape) });
  const files = (await readdir(join(home, 'out'))).sort();
  expect([...session.outputNames].sort().map((output) => `${output}.npy`)).toEqual(files);
  let worst = 0;
  for (const [output, { dims, data }] of Object.entries(results)) {
    const expected = readFloatNpy(readFileSync(join(home, 'out', `${output}.npy`)), 4);
    expect(dims).toEqual(expected.shape);
    const largest = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(largest).toBeGreaterThan(0);
    const off = expected.data.reduce((most, x, i) => Math.max(most, Math.abs(x - Number(data[i]))), 0);
    worst = Math.max(worst, off / largest);
  }
  await session.release();
  return worst;
}

/** The parts of onnx.proto3 that say what a file is, apart from what wrote it. */
const header = protobuf.parse(`syntax = "proto3";
  message Entry { string key = 1; string value = 2; }
  message Opset { string domain = 1; int64 version = 2; }
  message Node { string op_type = 4; string domain = 7; }
  message Graph { repeated Node node = 1; string name = 2; }
  message Model { int64 ir_version = 1; string producer_name = 2; string producer_version = 3; string doc_string = 6;
    Graph graph = 7; repeated Opset opset_import = 8; repeated Entry metadata_props = 14; }`).root;

async function describeOnnx(file: string) {
  const type = header.lookupType('Model');
  const options = { longs: Number, defaults: true };
  return type.toObject(type.decode(await readFile(file)), options) as {
    irVersion: number;
    producerName: string;
    producerVersion: string;
    docString: string;
    graph: { name: string; node: { opType: string; domain: string }[] };
    opsetImport: { domain: string; version: number }[];
    metadataProps: { key: string; value: string }[];
  };
}

describe.each(networks)('the %s network as ONNX', (name, network, spacing) => {
  const file = () => join(home, `${name}.onnx`);
  beforeAll(async () => {
    await someModel(name, network, spacing);
  });

  it('gives what predict gives, for any number of images and in any size', async () => {
    expect((await run('weights', 'export', join(home, name), file(), '--size', 'any')).status).toBe(0);
    for (const [n, h, w] of [
      [1, 64, 64],
      [5, 64, 128],
      [2, 192, 128],
    ])
      expect(await compare(name, file(), [n, network.inputChannels, h, w])).toBeLessThan(2e-5);
  });

  it('of a fixed size gives the same, and takes no other', async () => {
    expect((await run('weights', 'export', join(home, name), file(), '--size', '128', '64')).status).toBe(0);
    expect(await compare(name, file(), [3, network.inputChannels, 128, 64])).toBeLessThan(2e-5);
    await expect(compare(name, file(), [1, network.inputChannels, 64, 64])).rejects.toThrow(/dimension/i);
  });

  it('uses standard operators only, and says what it takes and gives', async () => {
    const { status, stdout } = await run('weights', 'export', join(home, name), file(), '--json');
    expect(status).toBe(0);
    const size = spacing === null ? [256, 256] : 'any';
    const { length: bytes } = await readFile(file());
    expect(JSON.parse(stdout)).toEqual({
      model: join(home, name),
      file: file(),
      format: 'onnx',
      size,
      bytes,
    });
    const onnx = await describeOnnx(file());
    expect(onnx).toMatchObject({ irVersion: 8, producerName: 'disc-labeling' });
    expect(onnx.opsetImport).toEqual([{ domain: '', version: 17 }]);
    expect(onnx.graph.node.filter(({ domain }) => domain !== '')).toEqual([]);
    expect(onnx.docString).toMatch(/image: float32 \[n, /);
    const facts = Object.fromEntries(onnx.metadataProps.map(({ key, value }) => [key, value]));
    expect(facts).toMatchObject({ name, contrast: 'T2w', version: onnx.producerVersion });
    expect(facts['input.frame']).toMatch(/columns from anterior/);
    expect(facts['input.normalization']).toMatch(/99.5th/);
    expect(facts['input.spacing_mm']).toBe(spacing === null ? '' : String(spacing));
    expect(JSON.parse(facts['heatmaps.channels'])[0]).toEqual({ index: 0, value: 3, name: 'C2/C3' });
  });
});

describe('a model as safetensors', () => {
  it.each(networks)('comes back bit for bit: %s', async (name, network, spacing) => {
    const model = await someModel(name, network, spacing);
    const file = join(home, `${name}.safetensors`);
    expect((await run('weights', 'export', join(home, name), file)).status).toBe(0);
    const back = join(home, `${name}-back`);
    expect((await run('weights', 'import', file, back, '--name', name)).status).toBe(0);
    expect(await readFile(join(back, 'weights.bin'))).toEqual(
      await readFile(join(home, name, 'weights.bin')),
    );
    const { description } = await readModel(back);
    const provenance = {
      ...model.description.provenance,
      file: `${name}.safetensors`,
      format: 'safetensors',
    };
    expect(description).toMatchObject({ ...model.description, provenance });
  });
});

describe('an export that can not be made', () => {
  it.each([
    [1, 'end', ['x.txt']],
    [1, 'multiples of 64', ['x.onnx', '--size', '64', '100']],
    [1, 'multiples of 64', ['x.onnx', '--size', '64', '64000']],
    [1, 'leave --size out', ['x.safetensors', '--size', '64', '64']],
    [2, 'height and width', ['x.onnx', '--size', '64']],
    [2, 'height and width', ['x.onnx', '--size', '64', 'any']],
    [2, 'whole number', ['x.onnx', '--size', 'big', '64']],
  ])('ends with status %i and says why (%s)', async (expected, why, [file, ...options]) => {
    await someModel('light', lightNetwork({ features: 4 }), 1);
    const { status, stderr } = await run(
      'weights',
      'export',
      join(home, 'light'),
      join(home, file),
      ...options,
    );
    expect(status).toBe(expected);
    expect(stderr).toContain(why);
    expect(await readdir(home)).not.toContain(file);
  });
});
