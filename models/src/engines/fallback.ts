import { cpuEngine } from './choice.js';
import type { EngineId, EngineNotice } from './types.js';

/** What is told when the CPU takes over. */
export function fallbackNotice(failed: EngineId, error: unknown): EngineNotice {
  const why = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 200);
  return {
    kind: 'fallback',
    engine: cpuEngine,
    message: `${failed} failed (${why}); going on with ${cpuEngine}`,
  };
}
