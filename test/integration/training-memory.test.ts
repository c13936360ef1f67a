import { assembleTraining } from '@disc-labeling/server/training/assemble';
import { parseTrainingConfig } from '@disc-labeling/server/training/config';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { train } from '@disc-labeling/server/training/trainer';
import * as tf from '@tensorflow/tfjs-core';
import type * as OnnxRuntime from 'onnxruntime-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it, vi } from 'vitest';
import { tinyTraining } from '../support/training-program.js';

/** What of ONNX Runtime is alive: sessions made and not released, tensors made and not collected. */
const alive = vi.hoisted(() => ({ sessions: 0, tensors: 0 }));
vi.mock('onnxruntime-node', async (original) => {
  const actual = await original<typeof OnnxRuntime>();
  const collected = new FinalizationRegistry(() => alive.tensors--);
  const Tensor = new Proxy(actual.Tensor, {
    construct(target, args) {
      const tensor = Reflect.construct(target, args) as object;
      alive.tensors++;
      collected.register(tensor, null);
      return tensor;
    },
  });
  const create = async (...args: unknown[]) => {
    const session = await (
      actual.InferenceSession.create as (...args: unknown[]) => Promise<OnnxRuntime.InferenceSession>
    )(...args);
    alive.sessions++;
    const release = session.release.bind(session);
    session.release = async () => {
      alive.sessions--;
      await release();
    };
    return session;
  };
  return { ...actual, Tensor, InferenceSession: { ...actual.InferenceSession, create } };
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Counts after a collection; what a registry was told comes some turns of the event loop later. */
async function counts() {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise((settle) => setTimeout(settle, 10));
  }
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  const { arrayBuffers } = process.memoryUsage();
  return { ...alive, numTensors, numDataBuffers, numBytes, arrayBuffers };
}

let root: string;
afterAll(() => rm(root, { recursive: true, force: true }));

it('keeps nothing from epoch to epoch', async () => {
  root = await mkdtemp(join(tmpdir(), 'memory-'));
  const training = { ...tinyTraining.training, epochs: 8, stepsPerEpoch: 5, ema: 0.9, optimizer: 'adam' };
  const config = parseTrainingConfig({ ...tinyTraining, training });
  const parts = await assembleTraining(config, { threads: 1 });
  const perEpoch: Awaited<ReturnType<typeof counts>>[] = [];
  const { validate } = parts;
  await train(config, new RunFolder(join(root, 'run')), {
    ...parts,
    validate: async (model, options) => {
      const found = await validate(model, options);
      perEpoch.push(await counts());
      return found;
    },
  });
  await parts.dispose();

  // The first epochs fill what is kept for good.
  const [, , third, ...later] = perEpoch;
  const { arrayBuffers, ...exact } = third!;
  // The step's and the optimiser's.
  expect(exact).toMatchObject({ sessions: 2 });
  expect(exact.tensors).toBeGreaterThan(10);
  for (const { arrayBuffers: bytes, ...epoch } of later) {
    expect(epoch).toEqual(exact);
    // One phantom more or less may be on its way between threads: 256 x 256 numbers of 4 bytes.
    expect(bytes - arrayBuffers).toBeLessThan(2 * 256 * 256 * 4);
  }
  expect((await counts()).sessions).toBe(0);
});
