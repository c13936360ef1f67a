import { lightNetwork, networkConfigSchema, referenceNetwork } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { modelContrasts } from '@disc-labeling/models/model';
import { normKinds } from '@disc-labeling/models/training';
import type { LossConfig } from '@disc-labeling/models/training';
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
    milestones: z
      .array(z.number().int().nonnegative())
      .default([60, 90])
      .describe('Epochs, counted from 0, at whose beginning the rate is multiplied by `gamma`.'),
    gamma: z.number().positive().max(1).default(0.1).describe('Factor by which the rate falls.'),
  }),
  z.strictObject({
    kind: z.literal('cosine'),
    start: fraction
      .default(0.4)
      .describe(
        'Share of the training with a constant rate before it falls along half a cosine to zero, 0 to 1.',
      ),
  }),
]);

const lossSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reference') }),
  z.strictObject({
    kind: z.literal('weighted'),
    peakWeight: z
      .number()
      .nonnegative()
      .default(8)
      .describe('How much more a pixel at the peak of a disc counts than background.'),
    anyDiscWeight: z
      .number()
      .nonnegative()
      .default(2)
      .describe("Weight of the light network's map that answers to any disc."),
  }),
]);

export const phantomDataSchema = z.strictObject({
  source: z
    .literal('phantom')
    .describe('Synthetic spines, drawn while the network learns: needs no data at all.'),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe('Decides every phantom; validation phantoms are drawn from seeds that training never meets.'),
  extent: z
    .enum(phantomExtents)
    .default('neck')
    .describe('`neck`: pictures of head and neck; `spine`: of trunks as well, down to the sacrum.'),
  reuse: positiveInt
    .max(64)
    .default(2)
    .describe('How often a drawn phantom is used, each time augmented anew.'),
  workers: positiveInt.max(64).default(1).describe('Threads that draw phantoms while the network learns.'),
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

export const preparedDataSchema = z.strictObject({
  source: z
    .literal('prepared')
    .describe('A prepared set: samples of real volumes, made by `dataset prepare`.'),
  path: z
    .string()
    .min(1)
    .describe("Folder of a prepared set; in a file it is looked for from the file's folder."),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe('Decides the order of samples and how each is augmented.'),
  workers: positiveInt
    .max(64)
    .default(1)
    .describe('Threads that read and augment samples while the network learns.'),
  window: positiveInt
    .min(128)
    .max(512)
    .multipleOf(64)
    .default(256)
    .describe(
      "Side in pixels of what a training step sees of a sample, a multiple of 64; a set of the reference's preparation has 256.",
    ),
  // What true comes to: `augmentationFor`.
  augment: augmentSchema
    .default(true)
    .describe(
      "How samples are changed each time they are seen. `true`: as suits the set's preparation; `false`: not at all; or what differs from the former.",
    ),
  contents: contentsSchema
    .optional()
    .meta({ description: 'Filled in when a training begins.', doNotSuggest: true }),
});

export const dataSchema = z.discriminatedUnion('source', [phantomDataSchema, preparedDataSchema]);

/** The `data` of a training on a prepared set. */
export type PreparedData = z.output<typeof preparedDataSchema>;
/** What a prepared set was found to be. */
export type PreparedContents = z.output<typeof contentsSchema>;

/** What an epoch can be judged by: higher accuracy or PCK, lower loss, on the held-out samples. */
export const monitors = ['accuracy', 'pck', 'loss'] as const;

const trainingSchema = z.strictObject({
  epochs: positiveInt.default(120).describe('Epochs to train.'),
  stepsPerEpoch: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe(
      'Training steps between two validations: 250 with phantoms. 0, which is what it is with a prepared set: as many as it takes to see every sample once.',
    ),
  trainBatch: positiveInt.max(1024).default(3).describe('Images per training step. Memory grows with it.'),
  parts: positiveInt
    .max(64)
    .default(1)
    .describe(
      'Parts in which a batch is computed, each with batch norms of its own; beside each other where the CPU computes, which loses less than many threads within each operation. Part of what is computed, so that it is the same whatever the machine.',
    ),
  norms: z
    .enum(normKinds)
    .default('batch')
    .describe(
      "By what batch norms normalise: each `batch`'s own mean and variance, or, `fixed`, the running ones of the initial model, as in use. A network that already knows its discs may gain by a last training with these, the more the fewer images a batch has.",
    ),
  valBatch: positiveInt.max(1024).default(4).describe('Images per validation step.'),
  optimizer: z.enum(['rmsprop', 'adam']).default('rmsprop').describe('How weights are updated.'),
  lr: z.number().positive().max(10).default(2.5e-4).describe('Learning rate.'),
  momentum: z.number().min(0).max(1).default(0).describe('Momentum of rmsprop.'),
  weightDecay: z.number().nonnegative().default(0).describe('L2 penalty on the weights.'),
  warmup: z.number().int().nonnegative().default(0).describe('Steps over which the rate rises from zero.'),
  schedule: scheduleSchema
    .prefault({ kind: 'steps' })
    .describe(
      'How the learning rate falls: in `steps` at given epochs (the reference: after 60 and 90), or along half a `cosine`.',
    ),
  clip: z
    .number()
    .nonnegative()
    .default(0)
    .describe('Largest L2 norm of the gradients; 0: they are not clipped.'),
  ema: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0)
    .describe('Decay of the moving average of the weights, which is what is validated and shipped; 0: none.'),
  monitor: z
    .enum(monitors)
    .default('accuracy')
    .describe(
      'What decides which epoch is the best, and when patience is out: levels found within 5 mm, PCK as in the reference, or the loss, on held-out samples.',
    ),
  patience: z
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe('Epochs in a row without a better one after which training ends; 0: it never ends early.'),
  loss: lossSchema
    .prefault({ kind: 'reference' })
    .describe(
      "What is minimised: the `reference`'s mean squared error, or one `weighted` towards the discs, which the light network needs.",
    ),
  seed: z.number().int().nonnegative().default(42).describe('Decides every random choice of the training.'),
  targetSigma: z
    .number()
    .positive()
    .max(64)
    .default(5)
    .describe('Standard deviation of the target Gaussians in input pixels.'),
  sigmaDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Factor on `targetSigma` after every epoch; 0: it stays.'),
  startEpoch: z
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe(
      'First epoch to run, from 0: rates and target widths are as if the ones before had been trained.',
    ),
  validationSize: positiveInt
    .max(100_000)
    .default(48)
    .describe(
      'Held-out phantoms looked at after every epoch; of a prepared set it is the whole validation split.',
    ),
  timeBudgetMinutes: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'Wall time within which the schedule has to end; whichever of steps and minutes is further along decides the rate. null: steps alone, the only way that gives the same weights every time.',
    ),
  checkpointMinutes: z
    .number()
    .positive()
    .default(2)
    .describe('Minutes between checkpoints inside an epoch.'),
});

export const trainingConfigSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the schema; not used here.'),
  formatVersion: z.literal(1).describe('Version of this format: 1.'),
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'use letters, digits, "-", "_" and "." only')
    .describe('Name of the model that comes out: letters, digits, `-`, `_`, `.`.'),
  title: z.string().optional().describe('What the model is, in a few words; shown where models are listed.'),
  contrast: z
    .enum(modelContrasts)
    .default('any')
    .describe('The contrast the model is for; labelling warns where a volume is of another.'),
  network: z
    .union([z.enum(['reference', 'light']), networkConfigSchema])
    .default('reference')
    .describe(
      'The network: `reference` (as published, with attention; 6.8 M parameters), `light` (about 2 M, quick on a CPU), or every width spelt out.',
    ),
  initial: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "The model to start from: its folder, a run (its best) or an installed model's name; null: random weights. One with fewer features is widened.",
    ),
  data: dataSchema
    .prefault({ source: 'phantom' })
    .describe('What is trained on: synthetic spines (`phantom`) or a `prepared` set.'),
  training: trainingSchema
    .prefault({})
    .describe("How long and how it is trained; defaults are the reference's."),
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
  const config = {
    ...parsed.data,
    network: spelledOut(network),
    training: { ...training, stepsPerEpoch: training.stepsPerEpoch ?? (data.source === 'phantom' ? 250 : 0) },
  };
  const [contradiction] = contradictions(config);
  if (contradiction)
    throw new UserError(
      'invalid training configuration',
      `\`${contradiction.path.join('.')}\`: ${contradiction.why}`,
      file,
    );
  return config;
}

/** What is wrong with settings that are fine each by itself. */
interface Contradiction {
  readonly path: readonly string[];
  readonly why: string;
}

/** What the settings of a configuration contradict in each other, without a look at the disk. */
function contradictions({
  network,
  data,
  training,
  initial,
}: Pick<TrainingConfig, 'network' | 'data' | 'training' | 'initial'>): Contradiction[] {
  const found: Contradiction[] = [];
  if (data.source === 'phantom' && training.stepsPerEpoch === 0)
    found.push({
      path: ['training', 'stepsPerEpoch'],
      why: 'there is no end of phantoms; give 1 or more',
    });
  if (training.parts > training.trainBatch)
    found.push({
      path: ['training', 'parts'],
      why: `a batch of ${training.trainBatch} has no ${training.parts} parts; give at most ${training.trainBatch}`,
    });
  if (training.norms === 'fixed' && initial === null)
    found.push({
      path: ['training', 'norms'],
      why: 'fixed norms have to come from a model that was trained before; name it with `initial`',
    });
  if (channelMeaning(network).values.every((value) => value === null))
    found.push({ path: ['network', 'joints'], why: 'it leaves no map for a disc; give 2 or more' });
  return found;
}

/** A preset's widths. */
function spelledOut(network: ParsedConfig['network']): NetworkConfig {
  if (network === 'reference') return referenceNetwork();
  if (network === 'light') return lightNetwork();
  return network;
}

/** Disc label value of the first heat map: C2/C3. */
const firstDiscValue = 3;

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
