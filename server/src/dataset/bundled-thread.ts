import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where the bundle of a thread lies, beside the bundle that contains this file; null in the sources, where the work
 * is done without threads.
 */
export function bundledThread(name: string): URL | null {
  const url = new URL(name, import.meta.url);
  return url.protocol === 'file:' && existsSync(fileURLToPath(url)) ? url : null;
}
