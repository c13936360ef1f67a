import { z } from 'zod';
import { phantomDataSchema, preparedDataSchema, trainingConfigSchema } from '../training/config.js';

/** Where samples come from and how they are prepared. */
const datasetSchema = z.strictObject({
  source: z
    .string()
    .min(1)
    .optional()
    .describe('A BIDS dataset, or one gathered by `dataset create`. Paths are relative to this file.'),
  prepared: z.string().min(1).optional().meta({
    description: 'Folder of the samples for training and validation; *Prepare* writes it.',
    default: 'prepared',
  }),
  test: z
    .string()
    .min(1)
    .default('prepared-test')
    .describe('Folder of the samples for testing; *Prepare* writes it.'),
  preparation: z
    .enum(['own', 'reference'])
    .default('own')
    .describe(
      "`own`: pixels of one size in mm, subjects split by seed; `reference`: Azad et al.'s own preparation, split included, for the reference network.",
    ),
  contrast: z
    .string()
    .regex(/^[a-zA-Z0-9_-]+$/, 'give T1w, T2w, both, or a contrast by its BIDS name')
    .optional()
    .meta({
      description:
        'What to prepare: `T1w`, `T2w`, `both` of these, or another contrast by its BIDS name. Without it the contrast of the model, `both` where that is `any`.',
      examples: ['T1w', 'T2w', 'both'],
    }),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe('Decides which subjects are for validation and test.'),
});

/**
 * What a `disc-labeling.json` may say: a training configuration, and where its samples come from and its run goes.
 * Training configurations without these parts are configurations, too.
 */
export const configurationSchema = trainingConfigSchema.extend({
  data: z
    .discriminatedUnion('source', [phantomDataSchema, preparedDataSchema.partial({ path: true })])
    .optional()
    .describe(
      'What is trained on: synthetic spines (`phantom`) or a `prepared` set. Without it the set prepared of `dataset`, or phantoms where there is no dataset.',
    ),
  dataset: datasetSchema.optional().describe('Where samples come from and how they are prepared.'),
  output: z
    .string()
    .min(1)
    .optional()
    .describe('The run folder: checkpoints, metrics, pictures, log. Without it `runs/<name>`.'),
});
