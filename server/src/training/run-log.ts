import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** The last thing a run's log says of how its training fared. */
export interface LogEnd {
  /** `going`: it had begun, and nothing is said of its end. */
  readonly kind: 'none' | 'going' | 'done' | 'cancelled' | 'interrupted' | 'failed';
  /** Why it failed or was interrupted. */
  readonly reason: string | null;
}

/** Bytes from the end of the log that are looked at: many epochs' lines. */
const tail = 32 * 1024;

/** Reads the end of `log.txt`; a missing log says nothing. */
export async function readLogEnd(run: string): Promise<LogEnd> {
  const text = await readTail(join(run, 'log.txt')).catch(() => '');
  return logEnd(text);
}

/** @param text lines of a log, each a time and what happened then; the first one may be cut off */
export function logEnd(text: string): LogEnd {
  const lines = text.trimEnd().split('\n').reverse();
  for (const line of lines) {
    const said = line.slice(line.indexOf(' ') + 1);
    if (said.startsWith('done ')) return { kind: 'done', reason: null };
    if (said.startsWith('cancelled at ')) return { kind: 'cancelled', reason: null };
    if (said.startsWith('interrupted at ')) return { kind: 'interrupted', reason: after(said) };
    if (said.startsWith('stopped: ')) return { kind: 'failed', reason: after(said) };
    if (/^(started at step|epoch) /.test(said)) return { kind: 'going', reason: null };
  }
  return { kind: 'none', reason: null };
}

const after = (said: string): string => said.slice(said.indexOf(': ') + 2);

async function readTail(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - tail);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
