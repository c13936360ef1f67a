import { UserError } from '@disc-labeling/models/errors';
import { encodeSafetensors, floatsOf, readSafetensors } from '@disc-labeling/models/weights/safetensors';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { TrainingConfig } from './config.js';
import { fingerprint } from './fingerprint.js';

export const epochMetricsSchema = z.object({
  epoch: z.number(),
  step: z.number(),
  learningRate: z.number(),
  trainingLoss: z.number(),
  validationLoss: z.number(),
  accuracy: z.number(),
  falseRate: z.number(),
  medianDistance: z.number(),
  seconds: z.number(),
  // Not measured by earlier versions.
  pck: z.number().optional(),
  dice: z.number().optional(),
  identified: z.number().optional(),
  waiting: z.number().optional(),
  trainingLossPerStack: z.array(z.number()).readonly().optional(),
  memory: z.number().optional(),
});

const counterSchema = z.object({
  formatVersion: z.literal(1),
  /** Optimiser steps done; with the seed this is also the state of every random choice. */
  step: z.number().int().nonnegative(),
  /** Updates the optimiser has made: fewer than `step` where training began at a later epoch. */
  updates: z.number().int().nonnegative().optional(),
  seconds: z.number().nonnegative(),
  /** Sum and number of the training losses of the epoch begun. */
  lossSum: z.number(),
  lossCount: z.number().int().nonnegative(),
  /** Sum of the losses of each stack; fewer steps may be in it where the epoch began under an earlier version. */
  stackLossSums: z.array(z.number()).default([]),
  history: z.array(epochMetricsSchema),
  best: epochMetricsSchema.nullable(),
  /** The command of each sitting, in order; one given twice in a row is kept once. */
  commands: z.array(z.string()).default([]),
  /** What the training was set to; going on with another network or data is refused. */
  fingerprint: z.string(),
});

/** Where a training is, apart from its arrays. */
export type Counters = z.infer<typeof counterSchema> & { updates: number };

/** Where a training begins. */
export const firstCounters = (config: TrainingConfig): Counters => ({
  formatVersion: 1,
  step: config.training.startEpoch * config.training.stepsPerEpoch,
  updates: 0,
  seconds: 0,
  lossSum: 0,
  lossCount: 0,
  stackLossSums: [],
  history: [],
  best: null,
  commands: [],
  fingerprint: fingerprint(config),
});

/** All that a resumed training needs to go on as if it had never stopped. */
export interface TrainingState {
  readonly counters: Counters;
  /** Flat arrays by name: parameters, statistics, their moving averages, optimiser slots. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

/** A state in the safetensors format, the counters as its metadata. */
export function encodeTrainingState({ counters, arrays }: TrainingState): Uint8Array {
  const tensors = new Map([...arrays].map(([name, data]) => [name, { shape: [data.length], data }]));
  return encodeSafetensors(tensors, { state: JSON.stringify(counters) });
}

/**
 * Reads a file of {@link encodeTrainingState}'s bytes.
 * @throws UserError where there is none, or it is damaged or of an unknown version
 */
export async function readTrainingState(file: string): Promise<TrainingState> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT'
        ? 'there is no checkpoint to go on from; start without --resume'
        : error.message;
    throw new UserError('cannot resume training', why, file);
  });
  try {
    return parseState(bytes);
  } catch (error) {
    const why = 'the checkpoint is damaged or of another version; start without --resume';
    throw new UserError('cannot resume training', why, file, { cause: error });
  }
}

function parseState(bytes: Uint8Array): TrainingState {
  const file = readSafetensors(bytes);
  const saved = counterSchema.parse(JSON.parse(file.metadata['state']));
  const counters = { ...saved, updates: saved.updates ?? saved.step };
  const arrays = new Map([...file.arrays].map(([name, array]) => [name, floatsOf(array, name).data]));
  return { counters, arrays };
}
