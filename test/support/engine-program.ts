/**
 * Runs a tiny network on an engine and prints, as one JSON line, its heat maps and what a training step yields.
 * A program of its own, as drivers of graphics processors may crash. Arguments: engine, variant.
 */
import { heatmapStride, lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import { canTrain, openInference } from '@disc-labeling/models/engines';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import type { EngineId } from '@disc-labeling/models/engines/types';
import { initialWeights } from '@disc-labeling/models/layers-listing';

const [engine, variant] = process.argv.slice(2) as [EngineId, 'light' | 'reference'];
const small = { features: 4, joints: 3, stacks: 1 };
const config = variant === 'light' ? lightNetwork(small) : referenceNetwork({ ...small, blocks: 0 });
const weights = initialWeights(config, 3);
const side = 64;
const cells = side / heatmapStride(config);
const shape = [2, config.inputChannels, side, side] as const;

/** Numbers in 0..1 that are the same every time. */
function wave(shape: readonly number[], frequency: number): Float32Array {
  const count = shape.reduce((a, b) => a * b);
  return Float32Array.from({ length: count }, (_, i) => Math.abs(Math.sin(frequency * i * i)));
}

async function trained(): Promise<object> {
  const where = { engine, threads: 1 };
  const step = await createEngineTrainingStep(config, weights, { kind: 'reference' }, shape, where);
  const maps = [shape[0], config.joints, cells, cells];
  const { loss } = await step.run({
    images: { data: wave(shape, 0.7), shape },
    targets: { data: wave(maps, 0.3), shape: maps },
    visibility: { data: new Float32Array(shape[0] * config.joints).fill(1), shape: maps.slice(0, 2) },
  });
  return { engine: step.engine, loss, gradients: [...step.gradients], statistics: [...step.statistics] };
}

const inference = await openInference(engine, config, weights, 1);
const { heatmaps } = await inference.run({ data: wave(shape, 0.7), shape });
const answer = {
  engine: inference.engine,
  heatmaps: [...heatmaps[0]!.data],
  training: canTrain(engine) ? await trained() : null,
};
// Drivers keep threads, and some crash while they are torn down.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.kill(process.pid, 'SIGKILL'));
