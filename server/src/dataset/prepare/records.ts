import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { sampleSchema, type Sample } from '../samples.js';

const recordSchema = z.object({
  formatVersion: z.literal(1),
  /** What it was made of and how. */
  key: z.string(),
  sample: sampleSchema,
});

/** Beside each sample: what `samples.json` says of it, and by what it is known to be up to date. */
export type SampleRecord = z.infer<typeof recordSchema>;

/** What an earlier call left, if it was made of the same files in the same way and its picture is whole. */
export async function earlierRecord(file: string, key: string, picture: string): Promise<Sample | null> {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!parsed.success || parsed.data.key !== key) return null;
    const [height, width] = parsed.data.sample.size;
    return (await stat(picture)).size > 4 * height * width ? parsed.data.sample : null;
  } catch {
    return null;
  }
}
