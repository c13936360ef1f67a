import { engineIds, type EngineStatus } from '@disc-labeling/models/engines/types';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bundleEngines,
  runEngine,
  runProgram,
  softwareGraphics,
  type EngineRun,
} from '../support/engine-runs.js';
import { relativeDistance } from '../support/relative-distance.js';
import { repositoryDir } from '../support/shared.js';

let folder: string;
const graphics = softwareGraphics();
const noGraphics = { VK_ICD_FILENAMES: '/nowhere', VK_DRIVER_FILES: '/nowhere', XDG_DATA_DIRS: '/nowhere' };

beforeAll(async () => {
  // Inside the repository, so that packages are found.
  const cache = join(repositoryDir, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'engines-'));
  await bundleEngines(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function engines(env: NodeJS.ProcessEnv): Promise<EngineStatus[]> {
  const own = { ...env, XDG_CACHE_HOME: folder };
  const { out, err } = await runProgram(join(folder, 'cli.mjs'), ['engines', '--json'], own);
  expect(err).toBe('');
  return JSON.parse(out) as EngineStatus[];
}

describe('the command `engines`', () => {
  it('lists every engine with its reason, and what `auto` means, without a word of drivers', async () => {
    const statuses = await engines(noGraphics);
    expect(statuses.map(({ id }) => id)).toEqual([...engineIds]);
    for (const { detail } of statuses) expect(detail).toMatch(/^\S[^\n]{5,200}$/);
    const status = (id: string) => statuses.find((s) => s.id === id);
    expect(status('onnxruntime-cpu')).toMatchObject({ available: true, trains: true });
    expect(status('wasm')).toMatchObject({ available: true, trains: false });
    expect(status('cpu')).toMatchObject({ available: true, trains: true });
    expect(statuses.filter(({ chosen }) => chosen !== null)).toHaveLength(1);
  });

  it.runIf(graphics)('knows a software graphics processor for what it is', async () => {
    const statuses = await engines(graphics!);
    for (const id of ['onnxruntime-webgpu', 'webgpu'])
      expect(statuses.find((s) => s.id === id)).toMatchObject({
        available: true,
        device: expect.stringMatching(/SwiftShader/),
        chosen: null,
      });
    const auto = statuses.find(({ chosen }) => chosen !== null);
    expect(auto).toMatchObject({ id: 'onnxruntime-cpu', chosen: expect.stringMatching(/SwiftShader/) });
  });
});

// A software graphics processor compiles every shader for the CPU, which takes its time.
describe('a tiny network', { timeout: 900_000 }, () => {
  const expected = new Map<string, Promise<EngineRun>>();
  const onCpu = (variant: 'light' | 'reference') => {
    const run = expected.get(variant) ?? runEngine(folder, 'onnxruntime-cpu', variant);
    expected.set(variant, run);
    return run;
  };

  it.each(['light', 'reference'] as const)('runs forward on WebAssembly: %s', async (variant) => {
    const [{ engine, heatmaps, training }, cpu] = [
      await runEngine(folder, 'wasm', variant),
      await onCpu(variant),
    ];
    expect(engine).toBe('wasm');
    expect(training).toBeNull();
    expect(relativeDistance(heatmaps, cpu.heatmaps)).toBeLessThan(1e-5);
  });

  it.runIf(graphics).each([
    ['onnxruntime-webgpu', 'light'],
    ['onnxruntime-webgpu', 'reference'],
    ['webgpu', 'light'],
    ['webgpu', 'reference'],
  ] as const)('runs and learns on %s as on the CPU: %s', async (id, variant) => {
    const cpu = await onCpu(variant);
    const { engine, heatmaps, training } = await runEngine(folder, id, variant, graphics!);
    expect(engine).toBe(id);
    expect(relativeDistance(heatmaps, cpu.heatmaps)).toBeLessThan(1e-4);
    expect(training!.engine).toBe(id);
    expect(training!.loss / cpu.training!.loss).toBeCloseTo(1, 5);
    expect(relativeDistance(training!.statistics, cpu.training!.statistics)).toBeLessThan(1e-4);
    // Single rectifiers decide differently where rounding does.
    expect(relativeDistance(training!.gradients, cpu.training!.gradients)).toBeLessThan(5e-3);
  });
});
