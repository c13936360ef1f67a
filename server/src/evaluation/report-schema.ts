import { UserError } from '@disc-labeling/models/errors';
import { z } from 'zod';
import type { TestReport } from '../protocol/evaluation.js';

const number = z.number().nullable();
const count = z.number().int().nonnegative();
const triple = z.tuple([z.number(), z.number(), z.number()]);
const point = z.object({ voxel: triple, world: triple });

const counts = z.object({
  total: count,
  identified: count,
  shifted: count,
  misnamed: count,
  missed: count,
  false: count,
  identificationRate: number,
  distance: z.object({ mean: number, std: number, median: number, p95: number }),
});

const disc = z.object({
  value: z.number().int(),
  name: z.string(),
  outcome: z.enum(['identified', 'shifted', 'misnamed', 'missed', 'false']),
  truth: point.nullable(),
  predicted: point.extend({ name: z.string(), value: z.number().int(), score: z.number() }).nullable(),
  distance: number,
});

const figures = z.object({
  l2Median: number,
  l2Std: number,
  zMean: number,
  zStd: number,
  falsePositives: count,
  falseNegatives: count,
  total: count,
  falsePositivePercent: number,
  falseNegativePercent: number,
});

const schema: z.ZodType<TestReport> = z.object({
  formatVersion: z.literal(1),
  kind: z.literal('disc-labeling test report'),
  generatedBy: z.string(),
  date: z.string(),
  model: z.object({
    name: z.string(),
    title: z.string(),
    path: z.string(),
    contrast: z.string(),
    attention: z.boolean(),
  }),
  engine: z.string(),
  set: z.object({
    name: z.string(),
    path: z.string(),
    contrast: z.string(),
    preparation: z.enum(['own', 'reference']),
    split: z.string(),
  }),
  toleranceMm: z.number(),
  seconds: z.number(),
  summary: counts,
  levels: z.array(counts.extend({ value: z.number().int(), name: z.string() })),
  reference: figures.nullable(),
  referenceMeasure: z
    .object({ decoding: z.enum(['reference', 'own']), unit: z.enum(['pixel', 'mm']) })
    .optional(),
  subjects: z.array(
    z.object({
      name: z.string(),
      subject: z.string(),
      session: z.string().nullable(),
      contrast: z.string(),
      image: z.string(),
      counts,
      reference: figures
        .pick({ falsePositives: true, falseNegatives: true, total: true, l2Median: true })
        .nullable(),
      discs: z.array(disc),
      picture: z.string().nullable(),
      notices: z.array(z.string()),
    }),
  ),
  notices: z.array(z.string()),
});

/**
 * The report in the text of a `report.json`.
 * @throws UserError it is damaged, something else, or of a later format
 */
export function parseReport(text: string, file: string): TestReport {
  const fail = (why: string, cause?: unknown): never => {
    throw new UserError('cannot read report', why, file, { cause });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    return fail('it is not valid JSON; test again', cause);
  }
  const version = (json as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== 1) return fail(`its format version is ${JSON.stringify(version)} where 1 is known`);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return fail(`it is damaged (${issue.path.join('.')}: ${issue.message}); test again`);
}
