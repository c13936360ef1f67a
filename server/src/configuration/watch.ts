import { unwatchFile, watchFile, type StatsListener } from 'node:fs';
import { join } from 'node:path';
import { samplesFile } from '../dataset/samples.js';
import { RunFolder } from '../training/run-folder.js';
import type { Configuration } from './read.js';

/** Milliseconds between two looks. */
const interval = 1500;

/** The files and folders whose coming, going or changing changes what is said of a configuration. */
export function placesOf({ training, dataset, output }: Configuration): string[] {
  const run = new RunFolder(output);
  const sets = [
    ...(training.data.source === 'prepared' ? [training.data.path] : []),
    ...(dataset === null ? [] : [dataset.prepared, dataset.test]),
  ];
  return [
    ...(dataset?.source ? [dataset.source] : []),
    ...new Set(sets.map((set) => join(set, samplesFile))),
    run.state(),
    join(run.best(), 'model.json'),
    join(output, '.lock'),
    join(output, 'config.json'),
    ...(training.initial === null
      ? []
      : [join(training.initial, 'model.json'), join(training.initial, 'best')]),
  ];
}

/**
 * Watches places that may not exist yet, on any file system, by looking at them now and then: what is watched are a
 * few files that are replaced by renaming, which change notices of folders tell unreliably.
 */
export class Watcher {
  #places = new Map<string, StatsListener>();

  constructor(private readonly onChange: (path: string) => void) {}

  /** Watches these places from now on, and no others. */
  follow(places: readonly string[]): void {
    for (const [path, listener] of this.#places)
      if (!places.includes(path)) {
        unwatchFile(path, listener);
        this.#places.delete(path);
      }
    for (const path of places) {
      if (this.#places.has(path)) continue;
      const listener: StatsListener = (now, before) => {
        // A place that is missing is told of once, too.
        if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) this.onChange(path);
      };
      watchFile(path, { interval, persistent: false }, listener);
      this.#places.set(path, listener);
    }
  }

  dispose(): void {
    this.follow([]);
  }
}
