import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import type { TestReport } from '../protocol/index.js';

/** The file in a report's folder that is the report. */
const reportFile = 'report.json';

/** Reads the report in a folder. @throws UserError there is none, or it is something else or of a later format */
export async function readReport(folder: string): Promise<TestReport> {
  const file = join(folder, reportFile);
  const refuse = (why: string, cause?: unknown): UserError =>
    new UserError('cannot read report', why, file, { cause });
  let report: Partial<TestReport> | null;
  try {
    report = JSON.parse(await readFile(file, 'utf8')) as Partial<TestReport> | null;
  } catch (cause) {
    throw refuse(cause instanceof SyntaxError ? 'it is not JSON' : reasonOf(cause, 'reading'), cause);
  }
  if (report?.kind !== 'disc-labeling test report' || !Array.isArray(report.subjects))
    throw refuse('it is not a test report of this program');
  if (report.formatVersion !== 1)
    throw refuse(
      `its format is version ${report.formatVersion}, and this program reads version 1; update it`,
    );
  return report as TestReport;
}
