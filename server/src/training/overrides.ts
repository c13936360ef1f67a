import type { NetworkConfig } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import type { Norms } from '@disc-labeling/models/training';
import { parseTrainingConfig } from './config.js';
import type { TrainingConfig } from './config.js';

/** Settings laid over a configuration file, by the names of the command line's options; absent ones stay. */
export interface TrainingOverrides extends Partial<
  Pick<NetworkConfig, 'attention' | 'stacks' | 'blocks' | 'features' | 'joints'>
> {
  readonly contrast?: TrainingConfig['contrast'];
  readonly initial?: string;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  readonly trainBatch?: number;
  readonly parts?: number;
  readonly norms?: Norms;
  readonly valBatch?: number;
  readonly optimizer?: TrainingConfig['training']['optimizer'];
  readonly lr?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  /** Epochs at which the learning rate is multiplied by `gamma`. */
  readonly schedule?: readonly number[];
  readonly gamma?: number;
  /** The rate falls along half a cosine after this share of the training; `true`: after the usual one. */
  readonly cosine?: number | true;
  readonly warmup?: number;
  readonly clip?: number;
  readonly ema?: number;
  readonly loss?: TrainingConfig['training']['loss']['kind'];
  readonly monitor?: TrainingConfig['training']['monitor'];
  readonly patience?: number;
  readonly sigmaDecay?: number;
  readonly startEpoch?: number;
  readonly seed?: number;
  readonly timeBudget?: number;
}

/** A configuration with some settings replaced, checked like a file. @throws UserError as {@link parseTrainingConfig} */
export function withOverrides(config: TrainingConfig, overrides: TrainingOverrides): TrainingConfig {
  const { attention, stacks, blocks, features, joints, contrast, initial, ...training } = overrides;
  const { schedule, gamma, cosine, loss, timeBudget, ...rest } = training;
  return parseTrainingConfig({
    ...config,
    ...given({ contrast, initial }),
    network: { ...config.network, ...given({ attention, stacks, blocks, features, joints }) },
    training: {
      ...config.training,
      // A smaller batch may have fewer images than the file asks for parts.
      parts: Math.min(config.training.parts, overrides.trainBatch ?? Infinity),
      ...given({ ...rest, timeBudgetMinutes: timeBudget }),
      loss: loss === undefined || loss === config.training.loss.kind ? config.training.loss : { kind: loss },
      schedule: scheduleWith(config, { schedule, gamma, cosine }),
    },
  });
}

function scheduleWith(
  { training }: TrainingConfig,
  { schedule: milestones, gamma, cosine }: Pick<TrainingOverrides, 'schedule' | 'gamma' | 'cosine'>,
) {
  const { schedule } = training;
  const refuse = (why: string) => new UserError('invalid training option', why);
  if (cosine !== undefined) {
    if (milestones !== undefined || gamma !== undefined)
      throw refuse('--cosine goes without --schedule and --gamma: the rate follows either one or the other');
    return { kind: 'cosine', ...(cosine === true ? {} : { start: cosine }) };
  }
  if (milestones !== undefined) return { kind: 'steps', milestones, ...given({ gamma }) };
  if (gamma === undefined) return schedule;
  if (schedule.kind === 'steps') return { ...schedule, gamma };
  throw refuse('--gamma needs --schedule, as the rate follows a cosine here');
}

/** The entries that have a value. */
function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
