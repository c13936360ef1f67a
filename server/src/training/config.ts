import { lightNetwork, networkConfigSchema, referenceNetwork } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import type { LossConfig } from '@disc-labeling/models/training';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { augmentSchema } from '../dataset/augment/settings.js';
import { phantomExtents } from '../dataset/phantom/scenery.js';
import { describeConfigIssue } from './config-issues.js';

const positiveInt = z.number().int().positive();
const fraction = z.number().min(0).max(1);

/** How the learning rate changes after its warm-up. */
const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('steps'),
    /** 0-based epochs at whose beginning the rate is multiplied by `gamma`. */
    milestones: z.array(z.number().int().nonnegative()).default([60, 90]),
    gamma: z.number().positive().max(1).default(0.1),
  }),
  z.strictObject({
    kind: z.literal('cosine'),
    /** Share of the training with a constant rate before it falls along half a cosine to zero. */
    start: fraction.default(0.4),
  }),
]);

const lossSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reference') }),
  z.strictObject({
    kind: z.literal('weighted'),
    peakWeight: z.number().nonnegative().default(8),
    anyDiscWeight: z.number().nonnegative().default(2),
  }),
]);

const phantomDataSchema = z.strictObject({
  source: z.literal('phantom'),
  /** Decides every phantom; validation phantoms are drawn from seeds that training never meets. */
  seed: z.number().int().nonnegative().default(1),
  /** `neck`: pictures of head and neck; `spine`: of trunks as well, down to the sacrum. */
  extent: z.enum(phantomExtents).default('neck'),
  /** How often a drawn phantom is used, each time augmented anew. */
  reuse: positiveInt.max(64).default(2),
  /** Threads that draw phantoms while the network learns. */
  workers: positiveInt.max(64).default(1),
});

/** What a training found its prepared set to be; filled in when it begins. */
const contentsSchema = z.strictObject({
  /** Name of the set's folder. */
  name: z.string(),
  /** SHA-256 of the set's index. */
  digest: z.string(),
  preparation: z.enum(['own', 'reference']),
  contrast: z.string(),
  frame: z.enum(['picture', 'reference']),
  /** mm per pixel; null: the whole slice is stretched to the network's square. */
  spacing: z.number().positive().nullable(),
  normalization: z.enum(['percentile', 'minmax', 'zscore']),
  /** Disc label value of each channel. */
  values: z.array(z.number().int()).min(1),
  trainingSamples: positiveInt,
  validationSamples: positiveInt,
});

const preparedDataSchema = z.strictObject({
  source: z.literal('prepared'),
  /** Folder of a prepared set; in a file it is looked for from the file's folder. */
  path: z.string().min(1),
  /** Decides the order of samples and how each is augmented. */
  seed: z.number().int().nonnegative().default(1),
  /** Threads that read and augment samples while the network learns. */
  workers: positiveInt.max(64).default(1),
  /** Side in pixels of what a training step sees of a sample; a set of the reference's preparation has 256. */
  window: positiveInt.min(128).max(512).multipleOf(64).default(256),
  /** How samples are changed each time; true: as suits the set's preparation (see `augmentationFor`). */
  augment: augmentSchema.default(true),
  contents: contentsSchema.optional(),
});

export const dataSchema = z.discriminatedUnion('source', [phantomDataSchema, preparedDataSchema]);

/** The `data` of a training on a prepared set. */
export type PreparedData = z.output<typeof preparedDataSchema>;
/** What a prepared set was found to be. */
export type PreparedContents = z.output<typeof contentsSchema>;

/** What an epoch can be judged by: higher accuracy or PCK, lower loss, on the held-out samples. */
export const monitors = ['accuracy', 'pck', 'loss'] as const;

const trainingSchema = z.strictObject({
  epochs: positiveInt.default(120),
  /** 250 with phantoms; 0, which is what it is with a prepared set: as many as it takes to see every sample once. */
  stepsPerEpoch: z.number().int().nonnegative().optional(),
  trainBatch: positiveInt.max(1024).default(3),
  /**
   * Parts in which a batch is computed, each with batch norms of its own; beside each other where the CPU computes,
   * which loses less than many threads within each operation. Part of what is computed, so that it is the same
   * whatever the machine.
   */
  parts: positiveInt.max(64).default(1),
  valBatch: positiveInt.max(1024).default(4),
  optimizer: z.enum(['rmsprop', 'adam']).default('rmsprop'),
  lr: z.number().positive().max(10).default(2.5e-4),
  momentum: z.number().min(0).max(1).default(0),
  weightDecay: z.number().nonnegative().default(0),
  /** Steps over which the rate rises from zero. */
  warmup: z.number().int().nonnegative().default(0),
  schedule: scheduleSchema.prefault({ kind: 'steps' }),
  /** Largest L2 norm of the gradients; 0: they are not clipped. */
  clip: z.number().nonnegative().default(0),
  /** Decay of the moving average of the weights, which is what is validated and shipped; 0: none. */
  ema: z.number().min(0).max(0.99999).default(0),
  /** What decides which epoch is the best, and when patience is out. */
  monitor: z.enum(monitors).default('accuracy'),
  /** Epochs in a row without a better one after which training ends; 0: it never ends early. */
  patience: z.number().int().nonnegative().default(0),
  loss: lossSchema.prefault({ kind: 'reference' }),
  seed: z.number().int().nonnegative().default(42),
  /** Standard deviation of the target Gaussians in input pixels. */
  targetSigma: z.number().positive().max(64).default(5),
  /** Factor on `targetSigma` after every epoch; 0: it stays. */
  sigmaDecay: z.number().min(0).max(1).default(0),
  /** First epoch to run, from 0: rates and target widths are as if the ones before had been trained. */
  startEpoch: z.number().int().nonnegative().default(0),
  /** Held-out phantoms looked at after every epoch; of a prepared set it is the whole validation split. */
  validationSize: positiveInt.max(100_000).default(48),
  /**
   * Wall time within which the schedule has to end; whichever of steps and minutes is further along
   * decides the rate. null: steps alone, the only way that gives the same weights every time.
   */
  timeBudgetMinutes: z.number().positive().nullable().default(null),
  /** Minutes between checkpoints inside an epoch. */
  checkpointMinutes: z.number().positive().default(2),
});

export const trainingConfigSchema = z.strictObject({
  /** Where an editor finds the schema; not used here. */
  $schema: z.string().optional(),
  formatVersion: z.literal(1),
  /** Name of the model that comes out: letters, digits, `-`, `_`, `.`. */
  name: z.string().regex(/^[\w.-]+$/, 'use letters, digits, "-", "_" and "." only'),
  title: z.string().optional(),
  contrast: z.enum(['T1w', 'T2w', 'any']).default('any'),
  /** A preset by name, or every width spelt out. */
  network: z.union([z.enum(['reference', 'light']), networkConfigSchema]).default('reference'),
  /** The model to start from: its folder, a run (its best) or an installed model's name; null: random weights. */
  initial: z.string().min(1).nullable().default(null),
  data: dataSchema.prefault({ source: 'phantom' }),
  training: trainingSchema.prefault({}),
});

type ParsedConfig = z.output<typeof trainingConfigSchema>;

/** A complete training configuration: every default filled in, the network spelt out. */
export type TrainingConfig = Omit<ParsedConfig, 'network' | 'training'> & {
  readonly network: NetworkConfig;
  readonly training: ParsedConfig['training'] & { readonly stepsPerEpoch: number };
};

/** What a configuration file may hold: only what differs from the defaults. */
export type TrainingConfigInput = z.input<typeof trainingConfigSchema>;

/**
 * Checks a configuration and fills in its defaults.
 * @param value parsed JSON
 * @param file  named in the message of a failure
 * @throws UserError naming the first offending key, with a suggestion for a misspelt one
 */
export function parseTrainingConfig(value: unknown, file?: string): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(value);
  if (!parsed.success)
    throw new UserError(
      'invalid training configuration',
      describeConfigIssue(trainingConfigSchema, parsed.error),
      file,
    );
  const { data, training, network } = parsed.data;
  const phantoms = data.source === 'phantom';
  const stepsPerEpoch = training.stepsPerEpoch ?? (phantoms ? 250 : 0);
  if (phantoms && stepsPerEpoch === 0)
    throw new UserError(
      'invalid training configuration',
      '`training.stepsPerEpoch`: there is no end of phantoms; give 1 or more',
      file,
    );
  if (training.parts > training.trainBatch)
    throw new UserError(
      'invalid training configuration',
      `\`training.parts\`: a batch of ${training.trainBatch} has no ${training.parts} parts; give at most ${training.trainBatch}`,
      file,
    );
  const config = {
    ...parsed.data,
    network: spelledOut(network),
    training: { ...training, stepsPerEpoch },
  };
  if (channelMeaning(config.network).values.every((value) => value === null))
    throw new UserError('invalid training configuration', '`network.joints` leaves no map for a disc', file);
  return config;
}

/**
 * Reads and checks a configuration file (JSON). An initial model is looked for beside the file first, a prepared set
 * there alone.
 */
export async function readTrainingConfig(file: string): Promise<TrainingConfig> {
  const config = parseTrainingConfig(await readConfigJson(file), file);
  const { initial, data } = config;
  const beside = initial === null ? null : resolve(dirname(file), initial);
  return {
    ...config,
    initial: beside !== null && existsSync(beside) ? beside : initial,
    data: data.source === 'prepared' ? { ...data, path: resolve(dirname(file), data.path) } : data,
  };
}

/** The JSON of a configuration file, unchecked, so that command line options can be laid over it first. */
export async function readConfigJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'EISDIR'
        ? 'it is a folder; give a training configuration file (JSON)'
        : code === 'ENOENT'
          ? 'there is no such file; give a training configuration file (JSON)'
          : (error as Error).message;
    throw new UserError('cannot read training configuration', why, file, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(
      'cannot read training configuration',
      `it is not JSON: ${(error as Error).message}`,
      file,
    );
  }
}

function spelledOut(network: ParsedConfig['network']): NetworkConfig {
  if (network === 'reference') return referenceNetwork();
  if (network === 'light') return lightNetwork();
  return network;
}

/** Disc label value of the first heat map: C2/C3. */
export const firstDiscValue = 3;

/**
 * What the heat maps of a network trained here mean. Maps are anatomical levels from C2/C3
 * downwards; the light network's last one answers to any disc.
 * @param first label value of the first map
 */
export function channelMeaning(
  network: NetworkConfig,
  first = firstDiscValue,
): {
  values: (number | null)[];
  anyDisc: number | null;
} {
  const anyDisc = network.variant === 'light' ? network.joints - 1 : null;
  const values = Array.from({ length: network.joints }, (_, joint) =>
    joint === anyDisc ? null : first + joint,
  );
  return { values, anyDisc };
}

/** {@link channelMeaning} with the configured data, whose first channel may be another disc. */
export const meaningIn = ({ network, data }: Pick<TrainingConfig, 'network' | 'data'>) =>
  channelMeaning(network, data.source === 'prepared' ? data.contents?.values[0] : undefined);

/** The loss as the training step takes it: the configuration's, with the network's any-disc map. */
export function lossOf(config: TrainingConfig): LossConfig {
  const { loss } = config.training;
  return loss.kind === 'reference' ? loss : { ...loss, anyDisc: meaningIn(config).anyDisc };
}
