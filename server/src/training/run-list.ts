import type { RunSummary } from '../protocol/training.js';
import { readRunSummary, runSignature } from './run-reading.js';
import { searchWorkspace } from './workspace-search.js';

/** Run folders in a few words; one whose files have not changed is not read again. */
export class RunList {
  readonly #known = new Map<string, { readonly signature: string; readonly summary: RunSummary }>();

  /** The runs below the given folders, newest first. */
  async below(folders: readonly string[]): Promise<RunSummary[]> {
    const { runs } = await searchWorkspace(folders);
    const summaries = await Promise.all(runs.map((path) => this.summary(path)));
    return summaries.sort((a, b) => b.updated.localeCompare(a.updated));
  }

  async summary(path: string): Promise<RunSummary> {
    const signature = await runSignature(path);
    const known = this.#known.get(path);
    if (known?.signature === signature) return known.summary;
    const summary = await readRunSummary(path);
    this.#known.set(path, { signature, summary });
    return summary;
  }
}
