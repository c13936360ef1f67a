/**
 * What test/bench/accuracy.mjs runs in processes of their own:
 *
 *     accuracy.mjs draw FOLDER STEPS          batches, initial weights and rates, for both contestants
 *     accuracy.mjs train FOLDER THREADS PARTS our side: one line on standard input, one answer
 *     accuracy.mjs judge FOLDER PHANTOMS      what each saved network is worth, by our own validation
 */
import { lightNetwork } from '@disc-labeling/models/config';
import { createInference } from '@disc-labeling/models/engines';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import { readWeights } from '@disc-labeling/models/weights/import';
import { encodeSafetensors } from '@disc-labeling/models/weights/safetensors';
import { validate } from '@disc-labeling/server/training/validate';
import { trainingBatch } from '@disc-labeling/server/training/batches';
import { lossOf, parseTrainingConfig } from '@disc-labeling/server/training/config';
import type { TrainingConfig } from '@disc-labeling/server/training/config';
import { Learner } from '@disc-labeling/server/training/learner';
import { createOptimizer } from '@disc-labeling/server/training/optimizer';
import { phantomBatches, validationPhantoms } from '@disc-labeling/server/training/phantom-batches';
import recipe from '../../server/src/training/recipes/light.json' with { type: 'json' };
import { learningRateAt } from '@disc-labeling/server/training/schedule';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [mode, folder, ...rest] = process.argv.slice(2) as [string, string, ...string[]];
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const network = lightNetwork();
const side = 256;

/** What both contestants go by. */
interface Plan {
  readonly batch: number;
  readonly joints: number;
  readonly side: number;
  readonly cells: number;
  /** Learning rate of each step. */
  readonly rates: readonly number[];
  readonly clip: number;
  readonly ema: number;
  readonly peakWeight: number;
  readonly anyDiscWeight: number;
  /** Tensors of `initial.bin`, one after the other. */
  readonly tensors: readonly { name: string; shape: readonly number[] }[];
}

/** The recipe of the model that ships, its schedule squeezed into fewer steps. */
function configOf(steps: number): TrainingConfig {
  const warmup = Math.min(recipe.training.warmup, Math.round(steps / 5));
  const training = { ...recipe.training, epochs: 1, stepsPerEpoch: steps, warmup };
  return parseTrainingConfig({ ...recipe, data: { ...recipe.data, workers: 2 }, training });
}

/** Writes what both learn from: `batches.bin` (per step all images, then all targets), `initial.bin`, `plan.json`. */
async function draw(steps: number): Promise<void> {
  const config = configOf(steps);
  const { training } = config;
  if (training.loss.kind !== 'weighted') throw new Error('the recipe has another loss than the twin');
  const weights = [...initialWeights(network, training.seed)];
  const plan: Plan = {
    batch: training.trainBatch,
    joints: network.joints,
    side,
    cells: side / 4,
    rates: Array.from({ length: steps }, (_, step) => learningRateAt(config, { step, minutes: 0 })),
    clip: training.clip,
    ema: training.ema,
    peakWeight: training.loss.peakWeight,
    anyDiscWeight: training.loss.anyDiscWeight,
    tensors: weights.map(([name, { shape }]) => ({ name, shape })),
  };
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
  await writeFile(join(folder, 'initial.bin'), Buffer.concat(weights.map(([, { data }]) => bytesOf(data))));
  const source = phantomBatches(config, 0);
  const file = await open(join(folder, 'batches.bin'), 'w');
  for (let step = 0; step < steps; step++) {
    const { images, targets, visibility } = trainingBatch(await source.next(), config, training.targetSigma);
    if (visibility.data.includes(0)) throw new Error('the twin knows no masked maps');
    await file.write(bytesOf(images.data));
    await file.write(bytesOf(targets.data));
    if ((step + 1) % 50 === 0) process.stderr.write(`drawn ${step + 1} of ${steps}\n`);
  }
  await file.close();
  await source.close();
}

/** Our side: `train K` does the next K steps, `save NAME` writes the averaged weights. */
async function train(threads: number, parts: number): Promise<void> {
  const plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')) as Plan;
  const config = configOf(plan.rates.length);
  const shape = [plan.batch, 1, plan.side, plan.side] as const;
  const where = { engine: 'onnxruntime-cpu', threads, parts } as const;
  const initial = initialWeights(network, config.training.seed);
  const step = await createEngineTrainingStep(network, initial, lossOf(config), shape, where);
  const learner = new Learner(
    step,
    createOptimizer(config.training, step.parameters.length),
    config.training.ema,
  );
  const file = await open(join(folder, 'batches.bin'));
  let done = 0;
  const next = async () => {
    const { loss } = await learner.differentiate(await readBatch(file, plan, done), plan.clip);
    await learner.update(plan.rates[done]!, done);
    done++;
    return loss;
  };
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const [what, argument] = line.split(' ');
    if (what === 'train') say(await timed(Number(argument), next));
    else if (what === 'save') {
      await writeFile(join(folder, `${argument}.safetensors`), encodeSafetensors(learner.weights()));
      say({ saved: done });
    } else break;
  }
  await file.close();
  await step.dispose();
}

/** Seconds of each step, of all processors together, and the mean loss. */
async function timed(steps: number, next: () => Promise<number>) {
  const seconds: number[] = [];
  const losses: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    losses.push(await next());
    seconds.push((performance.now() - start) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds, processorSeconds: (user + system) / 1e6, losses };
}

async function readBatch(file: FileHandle, { batch, joints, side, cells }: Plan, step: number) {
  const images = new Float32Array(batch * side * side);
  const targets = new Float32Array(batch * joints * cells * cells);
  const at = step * (images.byteLength + targets.byteLength);
  await file.read(images, 0, images.byteLength, at);
  await file.read(targets, 0, targets.byteLength, at + images.byteLength);
  return {
    images: { data: images, shape: [batch, 1, side, side] as const },
    targets: { data: targets, shape: [batch, joints, cells, cells] },
    visibility: { data: new Float32Array(batch * joints).fill(1), shape: [batch, joints] },
  };
}

/** Validates every saved network on the same held-out phantoms. */
async function judge(phantoms: number): Promise<void> {
  const config = configOf(1);
  const training = { ...config.training, validationSize: phantoms };
  const held = await validationPhantoms({ ...config, training });
  const names = (await readdir(folder)).filter((name) => /\.(safetensors|pt)$/.test(name));
  for (const name of names) {
    const weights = await networkIn(join(folder, name));
    const inference = await createInference(network, weights, { engine: 'onnxruntime-cpu' });
    const samples = (async function* () {
      yield* held;
    })();
    const { result } = await validate(inference, config, samples, { sigma: training.targetSigma });
    await inference.dispose();
    say({ name, ...result });
  }
}

async function networkIn(file: string): Promise<Weights> {
  return readWeights(await readFile(file), file).weights;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

if (mode === 'draw') await draw(Number(rest[0]));
else if (mode === 'train') await train(Number(rest[0]), Number(rest[1]));
else if (mode === 'judge') await judge(Number(rest[0]));
else throw new Error(`there is no mode ${mode}`);
process.exit();
