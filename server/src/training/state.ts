import { UserError } from '@disc-labeling/models/errors';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const epochMetricsSchema = z.object({
  epoch: z.number(),
  step: z.number(),
  learningRate: z.number(),
  trainingLoss: z.number(),
  validationLoss: z.number(),
  accuracy: z.number(),
  falseRate: z.number(),
  medianDistance: z.number(),
  seconds: z.number(),
});

const counterSchema = z.object({
  formatVersion: z.literal(1),
  /** Optimiser steps done; with the seed this is also the state of every random choice. */
  step: z.number().int().nonnegative(),
  seconds: z.number().nonnegative(),
  /** Sum and number of the training losses of the epoch begun. */
  lossSum: z.number(),
  lossCount: z.number().int().nonnegative(),
  history: z.array(epochMetricsSchema),
  best: epochMetricsSchema.nullable(),
  /** The command of each sitting, in order; one given twice in a row is kept once. */
  commands: z.array(z.string()).default([]),
  /** What the training was set to; going on with another network or data is refused. */
  fingerprint: z.string(),
});

/** Where a training is, apart from its arrays. */
export type Counters = z.infer<typeof counterSchema>;

/** All that a resumed training needs to go on as if it had never stopped. */
export interface TrainingState {
  readonly counters: Counters;
  /** Flat arrays by name: parameters, statistics, their moving averages, optimiser slots. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

/**
 * A state in the safetensors format (8 bytes header length, JSON header, raw little-endian float32),
 * the counters as its metadata.
 */
export function encodeTrainingState({ counters, arrays }: TrainingState): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { state: JSON.stringify(counters) } };
  let offset = 0;
  for (const [name, array] of arrays) {
    header[name] = { dtype: 'F32', shape: [array.length], data_offsets: [offset, offset + array.byteLength] };
    offset += array.byteLength;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const bodies = [...arrays.values()].map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength));
  return Buffer.concat([length, json, ...bodies]);
}

const headerSchema = z.record(
  z.string(),
  z.object({ dtype: z.literal('F32'), data_offsets: z.tuple([z.number(), z.number()]) }),
);

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

function parseState(bytes: Buffer): TrainingState {
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...tensors } = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
  const counters = counterSchema.parse(JSON.parse(__metadata__.state));
  const body = bytes.subarray(8 + headerLength);
  const arrays = new Map<string, Float32Array>();
  for (const [
    name,
    {
      data_offsets: [start, end],
    },
  ] of Object.entries(headerSchema.parse(tensors))) {
    if (end > body.length) throw new RangeError(`${name} is cut off`);
    // A copy, as a view on the file's bytes need not be aligned.
    arrays.set(name, new Float32Array(new Uint8Array(body.subarray(start, end)).buffer));
  }
  return { counters, arrays };
}
