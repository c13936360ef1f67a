import { compareWithCpu, examine } from './examine.js';
import { defaultThreads } from './threads.js';
import type { ProbeMessage } from './probe.js';
import type { EngineId } from './types.js';

/* The process in which an engine is tried, so that a driver that crashes or hangs takes nothing with it. */

const [engine, what] = process.argv.slice(2) as [EngineId, string];
const tell = (message: ProbeMessage) =>
  new Promise<void>((resolve) => process.send!(message, undefined, undefined, () => resolve()));

try {
  await tell({ kind: 'works', found: await examine(engine) });
  if (what === 'trial') await tell({ kind: 'trial', trial: await compareWithCpu(engine, defaultThreads()) });
} catch (error) {
  await tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
// Drivers keep threads, and some crash while they are torn down.
process.kill(process.pid, 'SIGKILL');
