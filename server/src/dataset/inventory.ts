import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const leftOutSchema = z.object({
  subject: z.string(),
  session: z.string().nullable(),
  contrast: z.string(),
  name: z.string(),
  reason: z.string(),
});

const takenSchema = z.object({
  subject: z.string(),
  session: z.string().nullable(),
  contrast: z.string(),
  name: z.string(),
  /** From the gathered dataset's root, with forward slashes. */
  image: z.string(),
  label: z.string(),
  /** Where they come from, from the source's root. */
  source: z.object({ image: z.string(), label: z.string() }),
});

/** What `dataset.json` in a gathered dataset says. */
export const inventorySchema = z.object({
  formatVersion: z.literal(1),
  kind: z.literal('disc-labeling dataset'),
  /** The dataset it was gathered from. */
  source: z.string(),
  generatedBy: z.string(),
  /** False until gathering has come to its end. */
  complete: z.boolean(),
  contrasts: z.array(z.string()),
  subjects: z.array(z.string()),
  taken: z.array(takenSchema),
  leftOut: z.array(leftOutSchema),
});

export type Inventory = z.infer<typeof inventorySchema>;
export type TakenImage = z.infer<typeof takenSchema>;
export type LeftOutImage = z.infer<typeof leftOutSchema>;

export const inventoryFile = 'dataset.json';

/** The inventory of a gathered dataset; null where there is none, or one that is not understood. */
export async function readInventory(dataset: string): Promise<Inventory | null> {
  try {
    const parsed = inventorySchema.safeParse(
      JSON.parse(await readFile(join(dataset, inventoryFile), 'utf8')),
    );
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
