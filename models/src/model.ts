import { z } from 'zod';
import { networkConfigSchema } from './config.js';

/** What a model may be for. */
export const modelContrasts = ['T1w', 'T2w', 'any'] as const;

/**
 * What `model.json` in a model folder says: how to build the network, how to prepare its input,
 * and what its heat maps mean.
 */
export const modelDescriptionSchema = z.object({
  formatVersion: z.literal(1),
  /** Short name, also the folder's: letters, digits, `-`, `_`, `.`. */
  name: z.string().regex(/^[\w.-]+$/),
  /** One line for pickers and tables. */
  title: z.string(),
  contrast: z.enum(modelContrasts),
  network: networkConfigSchema,
  input: z.object({
    /**
     * `picture`: rows run superior to inferior, columns anterior to posterior.
     * `reference`: rows run posterior to anterior, columns inferior to superior.
     */
    frame: z.enum(['picture', 'reference']),
    /** Pixel size in mm the network was trained at; null: unknown, the slice is stretched to 256 x 256. */
    spacing: z.number().positive().nullable(),
    /** `minmax`: to 0..1 by extremes (the reference). `percentile`: 0.5th..99.5th percentile to 0..1, clipped. */
    normalization: z.enum(['minmax', 'percentile']),
  }),
  channels: z.object({
    /** Disc label value (3 = C2/C3, …) of each heat map; null for a map that is no level. */
    values: z.array(z.number().int().nullable()),
    /** Index of the map that answers to any disc, or null. */
    anyDisc: z.number().int().nonnegative().nullable(),
  }),
  /**
   * How sure a disc is: the logistic function of `bias + evidence · e + rival · r` is the chance that it is right, with
   * e the evidence of the maps and r that for the next best names of its chain relative to its own. Fitted on phantoms;
   * absent: the evidence is all there is.
   */
  confidence: z.object({ bias: z.number(), evidence: z.number(), rival: z.number() }).optional(),
  /** Mean skeleton, one `[row, column]` per level in units of |joint 0 - joint 4|, or null. */
  skeleton: z.array(z.tuple([z.number(), z.number()])).nullable(),
  /** Where the weights come from: command, seed, steps, time, engine, or the imported file. */
  provenance: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  metrics: z.record(z.string(), z.number()),
});

export type ModelDescription = z.infer<typeof modelDescriptionSchema>;

/** One named tensor in PyTorch's layout (convolutions `[out, in, kh, kw]`), float32. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The tensors of a network under the reference's state-dict names without the `module.` prefix,
 * batch-norm running statistics included (`*.running_mean`, `*.running_var`), `num_batches_tracked` not.
 */
export type Weights = ReadonlyMap<string, WeightTensor>;

/** A model in memory. */
export interface Model {
  readonly description: ModelDescription;
  readonly weights: Weights;
}
