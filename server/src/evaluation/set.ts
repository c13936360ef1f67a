import { basename, join, resolve } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { readdir, rm } from 'node:fs/promises';
import type { PreparedSet } from '../dataset/samples.js';
import { streamSamples } from '../dataset/stream/open.js';
import type { SetEvaluation } from '../protocol/evaluation.js';
import { parseTrainingConfig, type TrainingConfig } from '../training/config.js';
import { heldOutStream, readHeldOut } from '../training/prepared-batches.js';
import lightRecipe from '../training/recipes/light.json' with { type: 'json' };
import { targetSigmaAt } from '../training/schedule.js';
import { batchPicture, tallySamples } from '../training/validate.js';
import { discName } from '../volume/levels.js';
import { writeWhole } from '../volume/write-whole.js';
import { chooseSamples } from './splits.js';
import type { RunningModel } from './test-sample.js';

export interface EvaluateOnSetOptions {
  /** Configuration of the run the model comes from: its loss and targets are used. */
  readonly run: TrainingConfig | null;
  /** Folder for sample pictures: targets above predictions, four samples each. */
  readonly pictures?: string;
  readonly signal?: AbortSignal;
  /** @param done samples looked at so far */
  readonly progress?: (done: number, total: number) => void;
}

/** Samples of one batch, and of one picture. */
const together = 4;

/**
 * Validates a model on the held-out samples of a prepared set, as training does after every epoch.
 * @throws UserError the set is of another preparation than the model's input; a sample can't be read; CancelledError
 */
export async function evaluateOnSet(
  { description, inference }: RunningModel,
  set: PreparedSet,
  { run, pictures, signal, progress }: EvaluateOnSetOptions,
): Promise<SetEvaluation> {
  const started = performance.now();
  requireFit(description, set);
  const { samples, splits, notices } = chooseSamples(set, 'validation');
  const levels = description.channels.values.filter((value) => value !== null);
  const config = configFor(description, set, run, levels);
  const stream = heldOutStream(
    {
      folder: set.folder,
      preparation: set.preparation,
      normalization: set.input.normalization,
      // The channels of a reference set count discs from the top: they go by the names the model has for them.
      values: set.preparation === 'reference' ? levels : set.channels.values,
      seed: 1,
    },
    await streamSamples(set, splits[0]),
    together,
  );
  const files: string[] = [];
  let done = 0;
  progress?.(done, samples.length);
  const sigma = targetSigmaAt(config, description.metrics['epoch'] ?? 0);
  const held = readHeldOut(stream, set.input.frame, signal);
  const tally = await tallySamples(inference, config, held, { sigma, signal }, async (batch) => {
    if (pictures !== undefined) {
      const file = join(resolve(pictures), pictureName(files.length));
      await writeWhole(file, await batchPicture(batch));
      files.push(file);
    }
    done += batch.samples.discs.length;
    progress?.(done, samples.length);
  });
  if (pictures !== undefined) await removeOthers(resolve(pictures), files.length);
  const { loss, pck, dice, identified, medianDistance } = tally.result();
  const fromTop = set.preparation === 'reference';
  return {
    model: description.name,
    set: basename(resolve(set.folder)),
    engine: inference.engine,
    samples: samples.length,
    loss,
    pck,
    dice,
    perJoint: tally.perLevel().map(({ value, pck: share }, n) => ({
      name: fromTop ? `disc ${n + 1} from the top` : discName(value),
      pck: share,
    })),
    identified: tally.visible === 0 ? null : identified,
    medianDistance: tally.visible === 0 ? null : medianDistance,
    seconds: (performance.now() - started) / 1000,
    pictures: files,
    split: splits[0],
    notices,
  };
}

const pictureName = (n: number): string => `samples-${String(n + 1).padStart(3, '0')}.png`;

/** Pictures of an earlier call that this one has no more of. */
async function removeOthers(folder: string, count: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const number = /^samples-(\d+)\.png$/.exec(name)?.[1];
    if (number !== undefined && Number(number) > count) await rm(join(folder, name), { force: true });
  }
}

/** Raw maps are judged, so a sample has to be what the network takes. */
function requireFit({ name, input, network }: ModelDescription, set: PreparedSet): void {
  const refuse = (why: string): never => {
    throw new UserError(
      `cannot evaluate ${name}`,
      `${why}, or use test, which shows it what it takes`,
      set.folder,
    );
  };
  if (set.preparation === 'reference') {
    if (input.frame !== 'reference' || input.spacing !== null)
      return refuse(
        "the set is of the reference's preparation, which the model does not take; prepare without --prepare reference",
      );
    if (network.joints !== set.channels.values.length)
      throw new UserError(
        `cannot evaluate ${name}`,
        `it has ${network.joints} heat maps, the set ${set.channels.values.length} channels`,
        set.folder,
      );
    return;
  }
  if (input.frame !== 'picture' || input.spacing === null)
    return refuse("the model takes the reference's preparation; prepare with --prepare reference");
  if (Math.abs(input.spacing - set.input.spacing!) > 1e-6)
    return refuse(
      `the model takes pixels of ${input.spacing} mm, the set has ${set.input.spacing} mm; prepare it with --spacing ${input.spacing}`,
    );
}

/** What validation needs to know: the run's loss and targets, or those such a network is trained with by default. */
function configFor(
  { network }: ModelDescription,
  set: PreparedSet,
  run: TrainingConfig | null,
  values: readonly number[],
): TrainingConfig {
  const base =
    run ??
    parseTrainingConfig({
      formatVersion: 1,
      name: 'evaluation',
      network,
      training: network.variant === 'light' ? lightRecipe.training : {},
    });
  const { preparation, contrast, input, samples, folder } = set;
  const held = parseTrainingConfig({
    formatVersion: 1,
    name: 'evaluation',
    network,
    data: {
      source: 'prepared',
      path: folder,
      contents: {
        name: basename(resolve(folder)),
        digest: '',
        preparation,
        contrast,
        ...input,
        values,
        trainingSamples: samples.length,
        validationSamples: samples.length,
      },
    },
  });
  return { ...base, network, data: held.data };
}
