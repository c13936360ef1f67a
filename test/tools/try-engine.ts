/**
 * Tries an engine: forward passes and training steps against the numbers of the original (`DISC_REFERENCE_DIR`),
 * then the light network's speed in turns with ONNX Runtime on the CPU. Arguments: engine, runs (default 5).
 */
import { lightNetwork } from '@disc-labeling/models/config';
import { openInference } from '@disc-labeling/models/engines';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import { defaultThreads } from '@disc-labeling/models/engines/threads';
import type { EngineId, ImageBatch } from '@disc-labeling/models/engines/types';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import { benchmarkStep } from '@disc-labeling/server/training/bench';
import { relativeDistance } from '../support/relative-distance.js';
import { referenceDir } from '../support/shared.js';
import { loadTrainingCase, trainingCaseNames } from '../support/training-cases.js';

const engine = process.argv[2] as EngineId;
const runs = Number(process.argv[3] ?? 5);
const reference = referenceDir();

for (const name of trainingCaseNames(reference)) {
  const { config, weights, batch, json, array, fullGradients } = loadTrainingCase(reference!, name);
  const { images } = batch;
  const [own, cpu] = [
    await openInference(engine, config, weights, defaultThreads()),
    await openInference('onnxruntime-cpu', config, weights, defaultThreads()),
  ];
  const [a, b] = [await own.run(images), await cpu.run(images)];
  const maps = a.heatmaps.map((map, i) => relativeDistance(map.data, b.heatmaps[i]!.data).toExponential(1));
  console.log(`${name}: heat maps differ from onnxruntime-cpu by ${maps.join(', ')} (relative, per stack)`);
  const where = { engine, threads: defaultThreads() };
  const step = await createEngineTrainingStep(config, weights, { kind: 'reference' }, images.shape, where);
  const { loss } = await step.run(batch);
  const { loss_float64: wanted } = json<{ loss_float64: number }>('loss.json');
  console.log(`${name}: loss ${loss}, of the original ${wanted} (${step.engine})`);
  const distances = fullGradients.map((tensor) => {
    const place = step.layout.find((p) => p.name === tensor)!;
    const gradient = step.gradients.subarray(place.offset, place.offset + place.length);
    return relativeDistance(gradient, array(`full_gradients/${tensor}.npy`).data);
  });
  const sorted = distances.filter(Number.isFinite).sort((x, y) => x - y);
  console.log(
    `${name}: ${sorted.length} gradients differ from the original's by ${sorted[sorted.length >> 1]!.toExponential(1)} (median), ${sorted.at(-1)!.toExponential(1)} (most)`,
  );
  await Promise.all([own.dispose(), cpu.dispose(), step.dispose()]);
}

const config = lightNetwork();
const weights = initialWeights(config, 0);
const images: ImageBatch = { data: new Float32Array(65536).map(Math.random), shape: [1, 1, 256, 256] };
const engines = [engine, 'onnxruntime-cpu'] as const;
const best = new Map<string, number>();
const note = (what: string, id: string, seconds: number) =>
  best.set(`${what} on ${id}`, Math.min(seconds, best.get(`${what} on ${id}`) ?? Infinity));
const opened = await Promise.all(engines.map((id) => openInference(id, config, weights, defaultThreads())));
for (let run = 0; run < runs + 1; run++)
  for (const inference of opened) {
    const start = performance.now();
    await inference.run(images, { stacks: 'last' });
    if (run > 0)
      note('light network, batch 1, forward', inference.engine, (performance.now() - start) / 1000);
  }
for (let turn = 0; turn < 2; turn++)
  for (const id of engines) {
    const { seconds } = await benchmarkStep(config, weights, { engine: id, batch: 4, runs });
    note('light network, batch 4, training step', id, seconds.min);
  }
for (const [what, seconds] of best) console.log(`${what}: ${seconds.toFixed(3)} s (fastest)`);
process.exit();
