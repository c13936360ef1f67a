import type { NetworkConfig } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { parseTrainingConfig } from './config.js';
import type { TrainingConfig } from './config.js';

/** Settings laid over a configuration file, by the names of the command line's options; absent ones stay. */
export interface TrainingOverrides extends Partial<
  Pick<NetworkConfig, 'attention' | 'stacks' | 'blocks' | 'features' | 'joints'>
> {
  readonly contrast?: TrainingConfig['contrast'];
  readonly epochs?: number;
  readonly trainBatch?: number;
  readonly valBatch?: number;
  readonly optimizer?: TrainingConfig['training']['optimizer'];
  readonly lr?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  /** Epochs at which the learning rate is multiplied by `gamma`. */
  readonly schedule?: readonly number[];
  readonly gamma?: number;
  readonly sigmaDecay?: number;
  readonly startEpoch?: number;
  readonly seed?: number;
  readonly timeBudget?: number;
}

/** A configuration with some settings replaced, checked like a file. @throws UserError as {@link parseTrainingConfig} */
export function withOverrides(config: TrainingConfig, overrides: TrainingOverrides): TrainingConfig {
  const { attention, stacks, blocks, features, joints, contrast, schedule, gamma, timeBudget, ...rest } =
    overrides;
  return parseTrainingConfig({
    ...config,
    ...given({ contrast }),
    network: { ...config.network, ...given({ attention, stacks, blocks, features, joints }) },
    training: {
      ...config.training,
      ...given({ ...rest, timeBudgetMinutes: timeBudget }),
      schedule: scheduleWith(config, schedule, gamma),
    },
  });
}

function scheduleWith({ training }: TrainingConfig, milestones?: readonly number[], gamma?: number) {
  const { schedule } = training;
  if (milestones !== undefined) return { kind: 'steps', milestones, ...given({ gamma }) };
  if (gamma === undefined) return schedule;
  if (schedule.kind === 'steps') return { ...schedule, gamma };
  throw new UserError(
    'invalid training option',
    '--gamma needs --schedule, as the rate follows a cosine here',
  );
}

/** The entries that have a value. */
function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
