import { createInferenceInWorker } from '@disc-labeling/models/engines';
import { readModel } from '@disc-labeling/models/weights/folder';
import { readPreparedSet } from '../dataset/samples.js';
import type { LabelerOptions } from '../labeling/labeler.js';
import { findModelFolder } from '../labeling/models.js';
import type { ReportComparison, SetEvaluation, TestReport } from '../protocol/evaluation.js';
import { configOfRun } from '../training/run-config.js';
import { unlessCancelled } from '../training/unless-cancelled.js';
import type { CalibrationResult, PhantomMeasurement, RobustnessSheet } from '../protocol/phantoms.js';
import { compareReports } from './compare.js';
import {
  calibrateModel,
  measureOnPhantoms,
  measureRobustness,
  type OnPhantomsOptions,
} from './on-phantoms.js';
import { readReport, ReportFolder } from './report-folder.js';
import { writeReportHtml, type ReportHtmlOptions } from './report-html.js';
import { evaluateOnSet } from './set.js';
import { findSkeleton } from './skeleton.js';
import { testModel } from './test.js';
import type { RunningModel } from './test-sample.js';

/** How far an evaluation has come. */
export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
  /** What is looked at now. */
  readonly name: string;
}

export interface EvaluationOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: EvaluationProgress) => void;
}

export interface ServiceTestOptions extends EvaluationOptions {
  /** Folder of the report; none is written without it. */
  readonly report?: string;
  /** `reference`: fails where the paper's figures can't be had exactly as the original computes them. */
  readonly metrics?: 'own' | 'reference';
  /** File of a mean skeleton. */
  readonly skeleton?: string;
  readonly toleranceMm?: number;
}

type OnPhantoms = Omit<OnPhantomsOptions, 'progress'> & EvaluationOptions;

/** How good a model is: what both doors can ask. Networks run in a worker, one for each request. */
export class EvaluationService {
  readonly #running = new Set<Promise<unknown>>();
  readonly #ended = new AbortController();

  constructor(private readonly options: LabelerOptions = {}) {}

  /**
   * Tests a model on a prepared set, see {@link testModel}.
   * @param model name of a model, a model folder, or a run folder
   * @throws UserError, CancelledError
   */
  test(model: string | undefined, set: string, options: ServiceTestOptions = {}): Promise<TestReport> {
    return this.#work(options.signal, async (signal) => {
      const prepared = await readPreparedSet(set);
      const folder = options.report === undefined ? null : await ReportFolder.begin(options.report);
      try {
        const report = await this.#withModel(model, signal, async (running, path) => {
          const skeleton = await findSkeleton({
            description: running.description,
            set: prepared,
            file: options.skeleton,
            trainedOn: await trainingSetOf(path),
            signal,
          });
          return testModel(running, prepared, {
            path,
            skeleton,
            toleranceMm: options.toleranceMm,
            exact: options.metrics === 'reference',
            signal,
            progress: (done, total, name) => options.progress?.({ done, total, name }),
            savePicture: folder === null ? undefined : (name, png) => folder.write(name, png),
          });
        });
        if (folder !== null) await writeReportHtml(report, folder.folder);
        await folder?.finish(report);
        return report;
      } catch (error) {
        await folder?.discard();
        throw error;
      }
    });
  }

  /**
   * Validates a model on the held-out samples of a prepared set, see {@link evaluateOnSet}.
   * @throws UserError, CancelledError
   */
  evaluate(
    model: string | undefined,
    set: string,
    options: EvaluationOptions & { readonly pictures?: string } = {},
  ): Promise<SetEvaluation> {
    return this.#work(options.signal, async (signal) => {
      const prepared = await readPreparedSet(set);
      return this.#withModel(model, signal, async (running, path) =>
        evaluateOnSet(running, prepared, {
          run: await configOfRun(path),
          pictures: options.pictures,
          signal,
          progress: (done, total) => options.progress?.({ done, total, name: '' }),
        }),
      );
    });
  }

  /**
   * How well a model names the discs of phantoms it never saw, see {@link measureOnPhantoms}.
   * @throws UserError, CancelledError
   */
  onPhantoms(model: string | undefined, options: OnPhantoms): Promise<PhantomMeasurement> {
    return this.#onPhantoms(model, options, measureOnPhantoms);
  }

  /**
   * The same as pictures get worse in one way at a time, see {@link measureRobustness}.
   * @throws UserError, CancelledError
   */
  robustness(model: string | undefined, options: Omit<OnPhantoms, 'extent'>): Promise<RobustnessSheet> {
    return this.#onPhantoms(model, options, measureRobustness);
  }

  /**
   * Fits a model's scores to how often its discs are right, see {@link calibrateModel}.
   * @throws UserError, CancelledError; the model stays as it was then
   */
  calibrate(
    model: string | undefined,
    { dryRun, ...options }: Omit<OnPhantoms, 'contrast'> & { readonly dryRun?: boolean },
  ): Promise<CalibrationResult> {
    return this.#onPhantoms(model, options, (running, work, path) =>
      calibrateModel(running, dryRun ? null : path, work),
    );
  }

  /** Reads the report in a folder. @throws UserError */
  report(folder: string): Promise<TestReport> {
    return readReport(folder);
  }

  /** Writes the report in a folder as one page. @returns path of the file @throws UserError */
  async savePage(folder: string, options: ReportHtmlOptions = {}): Promise<string> {
    return writeReportHtml(await readReport(folder), folder, options);
  }

  /** Compares the reports in two folders. @throws UserError */
  async compare(folders: readonly [string, string]): Promise<ReportComparison> {
    const [first, second] = await Promise.all(
      folders.map(async (folder) => ({ folder, report: await readReport(folder) })),
    );
    return compareReports(first, second);
  }

  /** Cancels what is under way and ends worker threads. */
  async dispose(): Promise<void> {
    this.#ended.abort();
    await Promise.allSettled([...this.#running]);
  }

  #onPhantoms<T>(
    model: string | undefined,
    { progress, ...options }: OnPhantoms,
    measure: (running: RunningModel, options: OnPhantomsOptions, path: string) => Promise<T>,
  ): Promise<T> {
    return this.#work(options.signal, (signal) =>
      this.#withModel(model, signal, (running, path) => {
        const told = (done: number, total: number): void => progress?.({ done, total, name: '' });
        return measure(running, { ...options, signal, progress: told }, path);
      }),
    );
  }

  /** Runs something that ends with its own signal or with the service. */
  async #work<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ending = this.#ended.signal;
    const running = work(signal === undefined ? ending : AbortSignal.any([signal, ending]));
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #withModel<T>(
    name: string | undefined,
    signal: AbortSignal,
    work: (model: RunningModel, path: string) => Promise<T>,
  ): Promise<T> {
    const { places, engine, threads, onNotice } = this.options;
    const path = await findModelFolder(name, places);
    const { description, weights } = await readModel(path);
    const opening = createInferenceInWorker(description.network, weights, { engine, threads, onNotice });
    const inference = await unlessCancelled(opening, signal).catch((error: unknown) => {
      // Cancelled while the engine starts: it is ended as soon as it stands.
      void opening.then(
        (late) => late.dispose(),
        () => undefined,
      );
      throw error;
    });
    try {
      return await work({ description, inference }, path);
    } finally {
      await inference.dispose();
    }
  }
}

/** The prepared set a run was trained on; null where that is not known. */
async function trainingSetOf(modelFolder: string): Promise<string | null> {
  const config = await configOfRun(modelFolder).catch(() => null);
  return config?.data.source === 'prepared' ? config.data.path : null;
}
