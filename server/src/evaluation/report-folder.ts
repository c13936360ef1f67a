import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { putInPlace } from '@disc-labeling/models/weights/files';
import { isAlive } from '../process-alive.js';
import type { TestReport } from '../protocol/evaluation.js';
import { writeWhole } from '../volume/write-whole.js';
import { parseReport } from './report-schema.js';

/** The file in a report's folder that is the report. */
export const reportFile = 'report.json';

/**
 * A report's folder while it is made: beside its place, under a hidden name, and put there as a whole, so that nobody
 * meets a report without its pictures, or pictures without a report.
 */
export class ReportFolder {
  #writing: Promise<unknown> = Promise.resolve();
  #discarded = false;

  private constructor(
    /** Where it will lie. */
    readonly place: string,
    /** Where it is being written. */
    readonly folder: string,
  ) {}

  /**
   * Makes sure that the place is free, or holds a report that may be replaced, and clears away what a killed process
   * left there.
   * @throws UserError it holds something else, or can't be written
   */
  static async begin(folder: string): Promise<ReportFolder> {
    const place = resolve(folder);
    const names = await namesIn(place);
    if (names.length > 0 && !names.includes(reportFile))
      throw new UserError('cannot write report', 'the folder holds other files; give a new folder', folder);
    const prefix = `.${basename(place)}.new-`;
    for (const name of await readdir(dirname(place)).catch((): string[] => []))
      if (name.startsWith(prefix) && !isAlive(Number(/^\d+/.exec(name.slice(prefix.length))?.[0])))
        await rm(join(dirname(place), name), { recursive: true, force: true });
    const beside = join(dirname(place), `${prefix}${process.pid}-${randomUUID().slice(0, 8)}`);
    await mkdir(beside, { recursive: true }).catch((cause: unknown) => {
      throw new UserError('cannot write report', reasonOf(cause, 'writing'), folder, { cause });
    });
    return new ReportFolder(place, beside);
  }

  /** @param name below the folder @throws CancelledError the folder was given up meanwhile */
  async write(name: string, content: Uint8Array | string): Promise<void> {
    // Work that was cancelled may still be under way.
    if (this.#discarded) throw new CancelledError();
    const write = writeWhole(join(this.folder, name), content, { flush: false });
    this.#writing = Promise.allSettled([this.#writing, write]);
    return write;
  }

  /** Puts the folder in its place; a report that was there goes once the new one stands. */
  async finish(report: TestReport): Promise<void> {
    await writeWhole(join(this.folder, reportFile), `${JSON.stringify(report, null, 2)}\n`);
    try {
      await putInPlace(this.folder, this.place);
    } catch (cause) {
      throw new UserError('cannot write report', reasonOf(cause, 'writing'), this.place, { cause });
    }
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    this.#discarded = true;
    await this.#writing;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Reads the report in a folder.
 * @throws UserError there is none, or it is damaged or of a later format
 */
export async function readReport(folder: string): Promise<TestReport> {
  const file = join(folder, reportFile);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const none = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    const why = none
      ? 'the folder holds no report (report.json is missing); make one with disc-labeling test --report'
      : reasonOf(cause, 'reading');
    throw new UserError('cannot read report', why, none ? folder : file, { cause });
  });
  return parseReport(text, file);
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError('cannot write report', reasonOf(error, 'writing'), folder, { cause: error });
  });
