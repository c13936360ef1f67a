import { requests, type SetEvaluation, type TestReport } from '@disc-labeling/server/protocol';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { reportFolder } from '../evaluation/find.js';
import { chooseSubject, pickSet, pickTwoModels, type Subject } from '../evaluation/pick.js';
import { pickOne } from '../questions.js';
import { findReports, reportFile, reportItem, type FoundReport } from '../report/find-reports.js';
import { onGiven, type Command } from './command.js';
import { commandIds } from './ids.js';
import { calibrate, measureOnPhantoms } from './on-phantoms.js';
import { pathGiven } from './path-given.js';
import { withProgress } from './with-progress.js';
import { percent } from '../words.js';

/** How good models are. */
export const evaluationCommands = {
  evaluate: onGiven(({ backend }, given) => evaluate(backend, given)),
  test: onGiven(({ backend }, given) => test(backend, given)),
  compareModels: onGiven(({ backend }, given) => compareModels(backend, given)),
  measureOnPhantoms: onGiven(measureOnPhantoms),
  calibrate: onGiven(calibrate),
} satisfies Record<string, Command>;

async function evaluate(backend: Backend, given: unknown): Promise<void> {
  const subject = await chooseSubject(backend, given, 'validation');
  if (subject === null) return;
  const pictures = await reportFolder(subject.name, subject.set, '-validation');
  const title = vscode.l10n.t('Evaluating {0} on {1}', subject.name, basename(subject.set));
  const { model, set } = subject;
  const found = await withProgress(title, (options) =>
    backend.request(requests.evaluate, { model, set, pictures }, options),
  );
  const open = vscode.l10n.t('Open Pictures');
  const words = [evaluationInWords(found), ...found.notices].join(' ');
  const choice = await vscode.window.showInformationMessage(words, open);
  if (choice !== open) return;
  for (const picture of found.pictures.slice(0, 1))
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(picture));
  if (found.pictures.length > 1)
    await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(found.pictures[0]));
}

function evaluationInWords({
  model,
  set,
  samples,
  pck,
  dice,
  loss,
  identified,
  medianDistance,
}: SetEvaluation) {
  return vscode.l10n.t(
    '{0} on {1} ({2} samples): PCK {3}, dice {4}, loss {5}, {6} of the discs identified, median distance {7} mm.',
    model,
    set,
    samples,
    percent(pck),
    dice.toFixed(3),
    loss.toPrecision(3),
    identified === null ? '-' : percent(identified),
    medianDistance === null ? '-' : medianDistance.toFixed(2),
  );
}

async function test(backend: Backend, given: unknown): Promise<void> {
  const subject = await chooseSubject(backend, given, 'test');
  if (subject === null) return;
  const folder = await reportFolder(subject.name, subject.set);
  const report = await runTest(backend, subject, folder);
  const open = vscode.l10n.t('Open Report');
  const choice = await vscode.window.showInformationMessage(testInWords(report), open);
  if (choice === open) await vscode.commands.executeCommand(commandIds.openReport, folder);
}

/** @param report folder of the report that is written */
function runTest(backend: Backend, { model, name, set }: Subject, report: string): Thenable<TestReport> {
  return withProgress(vscode.l10n.t('Testing {0} on {1}', name, basename(set)), (options) =>
    backend.request(requests.test, { model, set, report }, options),
  );
}

function testInWords({ model, set, summary, subjects }: TestReport): string {
  const { identified, total, distance } = summary;
  return vscode.l10n.t(
    '{0} on {1}: {2} of {3} discs in {4} images identified, median distance {5} mm.',
    model.name,
    set.name,
    identified,
    total,
    subjects.length,
    distance.median === null ? '-' : distance.median.toFixed(2),
  );
}

async function compareModels(backend: Backend, given: unknown): Promise<void> {
  const folders = await chooseReports(backend, given);
  if (folders === null) return;
  const { verdict, names } = await backend.request(requests.compareReports, { folders });
  const open = vscode.l10n.t('Open Report');
  const choice = await vscode.window.showInformationMessage(
    verdict ?? vscode.l10n.t('{0} and {1} differ in too few subjects to tell them apart.', ...names),
    open,
  );
  if (choice === open) await vscode.commands.executeCommand(commandIds.openReport, ...folders);
}

type Folders = readonly [string, string];

/**
 * Two reports: picked, or made by testing two models on one set.
 * @param given the first report, or the model or run that is tested first
 */
async function chooseReports(backend: Backend, given: unknown): Promise<Folders | null> {
  const path = pathGiven(given);
  const start = path !== undefined && basename(path) === reportFile ? dirname(path) : path;
  if (start !== undefined && !(await holdsReport(start))) return testTwo(backend, start);
  const reports = await findReports();
  const first = start ?? (await pickFrom(reports, vscode.l10n.t('Compare which report?'), true));
  if (first === testInstead) return testTwo(backend);
  if (first === null) return null;
  const set = reports.find(({ folder }) => folder.fsPath === first)?.set;
  const others = reports
    .filter(({ folder }) => folder.fsPath !== first)
    .sort((a, b) => Number(b.set === set) - Number(a.set === set));
  if (others.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no other report in this workspace. Test another model on the same set first.'),
    );
    return null;
  }
  const second = await pickFrom(others, vscode.l10n.t('With which?'), false);
  return typeof second === 'string' ? [first, second] : null;
}

/** Models and runs hold none. */
const holdsReport = (folder: string): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(vscode.Uri.file(join(folder, reportFile)))).then(
    () => true,
    () => false,
  );

/** Picked instead of a report. */
const testInstead = Symbol('test two models');

/** @returns folder of the report; null: nothing was picked */
async function pickFrom(
  reports: readonly FoundReport[],
  title: string,
  orTest: boolean,
): Promise<string | typeof testInstead | null> {
  const test = {
    label: vscode.l10n.t('$(beaker) Test two models on one set…'),
    description: '',
    detail: '',
    folder: null,
  };
  const item = await pickOne([...reports.map(reportItem), ...(orTest ? [test] : [])], {
    title,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!item) return null;
  return item.folder?.fsPath ?? testInstead;
}

/** @param first folder of the first model or run; asked for when absent */
async function testTwo(backend: Backend, first?: string): Promise<Folders | null> {
  const models = await pickTwoModels(backend, first);
  if (models === null) return null;
  const set = await pickSet('test');
  if (set === null) return null;
  const folders: string[] = [];
  for (const model of models) {
    const folder = await reportFolder(model.name, set);
    await runTest(backend, { ...model, set }, folder);
    folders.push(folder);
  }
  return [folders[0], folders[1]];
}
