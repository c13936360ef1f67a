import { UserError } from '@disc-labeling/models/errors';
import type { ModelPlaces } from '../labeling/models.js';
import type { ConfigurationSummary } from '../protocol/configuration.js';
import { diskFindings } from './checks/index.js';
import { Disk } from './disk.js';
import type { Finding } from './findings.js';
import { formFindings } from './form.js';
import { lensesOf, type Lens } from './lenses.js';
import { parseConfiguration, readConfiguration, type Configuration } from './read.js';
import { ConfigurationText } from './text.js';
import { placesOf, Watcher } from './watch.js';

/** What is known of configurations: where things lie, what is wrong with a text, what can be done with it. */
export class ConfigurationService {
  readonly #disk: Disk;
  readonly #watchers = new Set<Watcher>();

  constructor(places: ModelPlaces) {
    this.#disk = new Disk(places);
  }

  /** @throws UserError the first thing wrong with the file */
  async summary(path: string): Promise<ConfigurationSummary> {
    const { training, dataset, output } = await readConfiguration(path);
    const run = await this.#disk.run(output);
    const { data } = training;
    const prepared = dataset?.prepared ?? (data.source === 'prepared' ? data.path : null);
    return {
      path,
      name: training.name,
      contrast: training.contrast,
      output,
      data: data.source,
      dataset: {
        source: dataset?.source ?? null,
        prepared,
        test: dataset?.test ?? null,
        preparation: dataset?.preparation ?? 'own',
        contrast: dataset?.contrast ?? (training.contrast === 'any' ? 'both' : training.contrast),
        seed: dataset?.seed ?? null,
      },
      state: {
        prepared: prepared !== null && this.#disk.isPrepared(prepared),
        test: dataset !== null && this.#disk.isPrepared(dataset.test),
        trained: run.trained,
        resumable: run.checkpoint && run.holder === null && run.epochs < training.training.epochs,
      },
    };
  }

  /**
   * What is wrong with a text; what JSON alone can tell is left to the editor.
   * @param path what its paths are relative to
   */
  async examine(content: string, path: string): Promise<readonly Finding[]> {
    const text = new ConfigurationText(content);
    const form = formFindings(text);
    if (form.length > 0 || !text.whole) return form;
    const configuration = this.#parse(text, path);
    if (typeof configuration === 'string') return [contradiction(text, configuration)];
    return diskFindings({ text, configuration, disk: this.#disk });
  }

  /** The steps that make sense with a text; none while it is no configuration. */
  async lenses(content: string, path: string): Promise<readonly Lens[]> {
    const text = new ConfigurationText(content);
    const configuration = text.whole ? this.#parse(text, path) : '';
    return typeof configuration === 'string' ? [] : lensesOf(configuration, this.#disk);
  }

  /** Calls back when something changes on disk that a text speaks of, until the watcher is disposed of. */
  watch(onChange: () => void): Watcher {
    const watcher = new Watcher((path) => {
      this.#disk.forget(path);
      onChange();
    });
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Files and folders that findings and lenses of a text depend on. */
  placesOf(content: string, path: string): readonly string[] {
    const text = new ConfigurationText(content);
    const configuration = text.whole ? this.#parse(text, path) : '';
    return typeof configuration === 'string' ? [] : placesOf(configuration);
  }

  async dispose(): Promise<void> {
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers.clear();
  }

  /** The configuration, or why there is none. */
  #parse(text: ConfigurationText, path: string): Configuration | string {
    try {
      return parseConfiguration(text.value, path);
    } catch (error) {
      if (error instanceof UserError) return error.why;
      throw error;
    }
  }
}

/** A clause that begins with the setting it is about, as `` `training.stepsPerEpoch`: … ``. */
function contradiction(text: ConfigurationText, why: string): Finding {
  const setting = /^`([^`]+)`/.exec(why)?.[1]?.split('.') ?? [];
  return { ...text.valuePlace(setting), severity: 'error', code: 'contradiction', message: why, fixes: [] };
}
