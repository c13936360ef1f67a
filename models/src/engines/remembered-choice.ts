import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { env as onnxRuntime } from 'onnxruntime-node';
import { z } from 'zod';
import type { ChosenEngine } from './choice.js';
import { engineIds } from './types.js';

const fileSchema = z.object({
  formatVersion: z.literal(1),
  machine: z.string(),
  /** ISO date. */
  measured: z.string(),
  engine: z.enum(engineIds),
  reason: z.string(),
});

/** Drivers change now and then. */
const daysGood = 7;

/** Where the choice is kept: the user's cache folder. */
export function choiceFile(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME ?? (process.platform === 'win32' ? LOCALAPPDATA : undefined);
  return join(cache ?? join(homedir(), '.cache'), 'disc-labeling', 'engine.json');
}

/** What a choice depends on, as far as it can be told at once. */
function machine(): string {
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, CUDA_VISIBLE_DEVICES } = process.env;
  const processors = cpus();
  return JSON.stringify([
    ...[process.platform, process.arch, processors[0]?.model, processors.length],
    ...[VK_ICD_FILENAMES, VK_DRIVER_FILES, CUDA_VISIBLE_DEVICES, onnxRuntime.versions],
  ]);
}

/** The choice measured on this machine in the last days; null where there is none. Never fails. */
export async function recallChoice(file = choiceFile()): Promise<ChosenEngine | null> {
  try {
    const { engine, reason, ...kept } = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const days = (Date.now() - Date.parse(kept.measured)) / 86_400_000;
    return kept.machine === machine() && days >= 0 && days < daysGood ? { engine, reason } : null;
  } catch {
    return null;
  }
}

/** Keeps a measured choice for the next process. Never fails. */
export async function rememberChoice({ engine, reason }: ChosenEngine, file = choiceFile()): Promise<void> {
  const measured = new Date().toISOString();
  const content = { formatVersion: 1, machine: machine(), measured, engine, reason };
  const part = `${file}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, `${JSON.stringify(content, null, 2)}\n`);
    await rename(part, file);
  } catch {
    await rm(part, { force: true }).catch(() => {});
  }
}
