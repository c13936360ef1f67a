import { openRemote } from '@disc-labeling/models/engines/remote';
import { SteadyInference } from '@disc-labeling/models/engines/steady-inference';
import { SteadyTrainingStep } from '@disc-labeling/models/engines/steady-training';
import { openInference } from '@disc-labeling/models/engines';
import type { EngineId, EngineNotice, ImageBatch, Inference } from '@disc-labeling/models/engines/types';
import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import { lightNetwork } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import type { TrainingBatch, TrainingStep } from '@disc-labeling/models/training';
import { runTraining } from '@disc-labeling/server/training/runs';
import type { TrainingEvent } from '@disc-labeling/server/training/events';
import { createOptimizer } from '@disc-labeling/server/training/optimizer';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyConfig } from '../training/fakes.js';
import { sequence } from './support.js';

const config = lightNetwork({ features: 4, stacks: 1, joints: 3 });
const weights = initialWeights(config, 5);
const numbers = (count: number, seed: number) => Float32Array.from({ length: count }, sequence(seed));
const images: ImageBatch = { data: numbers(2 * 64 * 64, 1), shape: [2, 1, 64, 64] };
const batch: TrainingBatch = {
  images,
  targets: { data: numbers(2 * 3 * 16 * 16, 2), shape: [2, 3, 16, 16] },
  visibility: { data: new Float32Array(6).fill(1), shape: [2, 3] },
};

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'fallback-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('labelling on a device that fails half-way', () => {
  /** Works for the first batch only. */
  const failing = (inner: Inference, error: Error): Inference => {
    let runs = 0;
    return {
      engine: 'onnxruntime-webgpu',
      run: async (...request) => {
        if (runs++ > 0) throw error;
        return inner.run(...request);
      },
      dispose: () => inner.dispose(),
    };
  };
  const cpu = () => openInference('onnxruntime-cpu', config, weights, 1);

  async function steady(error: Error) {
    const notices: EngineNotice[] = [];
    const open = async (engine: EngineId) =>
      engine === 'onnxruntime-webgpu' ? failing(await cpu(), error) : cpu();
    const inference = await SteadyInference.open('onnxruntime-webgpu', open, (n) => notices.push(n));
    return { inference, notices };
  }

  it('repeats the request on the CPU and says so once', async () => {
    const { inference, notices } = await steady(new Error('device lost'));
    const first = await inference.run(images);
    expect(inference.engine).toBe('onnxruntime-webgpu');
    const [second, third] = await Promise.all([inference.run(images), inference.run(images)]);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(inference.engine).toBe('onnxruntime-cpu');
    expect(notices).toEqual([
      {
        kind: 'fallback',
        engine: 'onnxruntime-cpu',
        message: 'onnxruntime-webgpu failed (device lost); going on with onnxruntime-cpu',
      },
    ]);
    await inference.dispose();
  });

  it('does not take bad images for a bad device', async () => {
    const { inference, notices } = await steady(new UserError('cannot run the network', 'bad images'));
    await inference.run(images);
    await expect(inference.run(images)).rejects.toThrow('bad images');
    expect(notices).toEqual([]);
    await inference.dispose();
  });

  it('goes on when the process of the device crashes', async () => {
    const program = join(folder, 'worker.mjs');
    await writeFile(
      program,
      `process.on('message', ({ kind }) =>
         kind === 'setup' ? process.send({ kind: 'ready' }) : process.kill(process.pid, 'SIGSEGV'));`,
    );
    const notices: string[] = [];
    const open = (engine: EngineId) =>
      engine === 'onnxruntime-cpu' ? cpu() : openRemote(program, engine, config, weights, 1);
    const inference = await SteadyInference.open('onnxruntime-webgpu', open, ({ message }) =>
      notices.push(message),
    );
    const { heatmaps } = await inference.run(images);
    expect(heatmaps).toEqual((await (await cpu()).run(images)).heatmaps);
    expect(notices).toEqual([expect.stringMatching(/its process ended \(SIGSEGV\)/)]);
    await inference.dispose();
  });
});

describe('training on a device that fails half-way', () => {
  const loss = { kind: 'reference' } as const;
  const cpu = (from: Weights) => createTrainingStep(config, from, loss, images.shape, { threads: 1 });

  /** Losses of five updates, and what is left in the end. */
  async function learn(step: TrainingStep) {
    const optimizer = createOptimizer(
      { optimizer: 'adam', momentum: 0, weightDecay: 0 },
      step.parameters.length,
    );
    const losses: number[] = [];
    for (let update = 0; update < 5; update++) {
      losses.push((await step.run(batch)).loss);
      await optimizer.update(step.parameters, step.gradients, 1e-2, update);
    }
    const end = { losses, parameters: step.parameters.slice(), statistics: step.statistics.slice() };
    await step.dispose();
    return end;
  }

  it('goes on from the same parameters on the CPU, as if nothing had happened', async () => {
    const notices: EngineNotice[] = [];
    const open = async (engine: EngineId, from: Weights) => {
      const step = await cpu(from);
      const inner = step.run.bind(step);
      let runs = 0;
      if (engine !== 'onnxruntime-cpu')
        step.run = async (samples) => {
          if (runs++ === 2) {
            step.gradients.fill(NaN);
            throw new Error('device lost');
          }
          return inner(samples);
        };
      return step;
    };
    const step = await SteadyTrainingStep.open('onnxruntime-cuda', weights, open, (n) => notices.push(n));
    expect(step.engine).toBe('onnxruntime-cuda');
    expect(await learn(step)).toEqual(await learn(await cpu(weights)));
    expect(step.engine).toBe('onnxruntime-cpu');
    expect(notices.map(({ message }) => message)).toEqual([
      'onnxruntime-cuda failed (device lost); going on with onnxruntime-cpu',
    ]);
  });

  it.each([true, false])('goes on when its process crashes (checkpoint there: %s)', async (saved) => {
    const program = join(folder, 'program.mjs');
    await writeFile(
      program,
      `process.on('message', (message) => {
         if (message.kind !== 'start') return;
         process.send({ kind: 'started', engine: message.engine }, () =>
           message.engine === 'onnxruntime-cpu'
             ? process.send({ kind: 'done', summary: message }, () => process.exit())
             : process.kill(process.pid, 'SIGSEGV'));
       });`,
    );
    const run = join(folder, 'run');
    await mkdir(join(run, 'last'), { recursive: true });
    if (saved) await writeFile(join(run, 'last', 'training-state.safetensors'), '');
    const events: TrainingEvent[] = [];
    const summary = await runTraining(tinyConfig(), run, {
      engine: 'onnxruntime-webgpu',
      program,
      onEvent: (event) => events.push(event),
    });
    expect(summary).toMatchObject({ engine: 'onnxruntime-cpu', resume: saved });
    const message = 'training crashed on onnxruntime-webgpu (SIGSEGV); going on with onnxruntime-cpu';
    expect(events).toContainEqual({ kind: 'notice', engine: 'onnxruntime-cpu', message });
    expect(await readFile(join(run, 'log.txt'), 'utf8')).toContain(message);
  });
});
