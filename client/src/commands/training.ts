import { requests, type RunSummary, type StartTrainingParams } from '@disc-labeling/server/protocol';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { findConfigurations, isConfigurationFile, saveConfiguration } from '../configuration.js';
import { pickOne } from '../questions.js';
import { startTraining } from '../training/start.js';
import { freePath, shown, workspaceFolders } from '../workspace.js';
import { onGiven, type Command, type Extension, type Obstacle } from './command.js';
import { pathGiven } from './path-given.js';
import { withProgress } from './with-progress.js';

/** Trains, and shows how it goes. */
async function start(extension: Extension, params: StartTrainingParams): Promise<void> {
  const run = await startTraining(extension.backend, params);
  if (run !== null) extension.dashboards.open(run);
}

async function train(extension: Extension, argument: unknown): Promise<void> {
  const path = pathGiven(argument);
  const chosen = path === undefined ? await chooseTraining(extension.backend) : { config: path };
  const params = chosen && (await withoutOverwriting(extension.backend, chosen));
  if (params) await start(extension, params);
}

/** Where the run of a configuration is there already, the user says what is to become of it; undefined: nothing. */
async function withoutOverwriting(
  backend: Backend,
  params: StartTrainingParams,
): Promise<StartTrainingParams | undefined> {
  const { config } = params;
  if (config === undefined || !isConfigurationFile(config)) return params;
  const uri = vscode.Uri.file(config);
  await saveConfiguration(uri);
  const { output, state } = await backend.request(requests.configuration, { uri: uri.toString() });
  if (!state.resumable && !state.trained) return params;
  const another = await freePath(output);
  const resume = vscode.l10n.t('Resume');
  const anew = vscode.l10n.t('Train into {0}', basename(another));
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} holds a training already.', shown(output)),
    {
      modal: true,
      detail: vscode.l10n.t('It can go on where it ended, or another one can begin beside it.'),
    },
    ...(state.resumable ? [resume, anew] : [anew]),
  );
  if (choice === resume) return { config, output, resume: true };
  return choice === anew ? { config, output: another } : undefined;
}

interface TrainingPick extends vscode.QuickPickItem {
  readonly params?: StartTrainingParams;
}

/** What there is to train on here; undefined where the user turns away. */
async function chooseTraining(backend: Backend): Promise<StartTrainingParams | undefined> {
  const folders = workspaceFolders();
  const [configs, sets] = await Promise.all([
    findConfigurations(),
    backend.request(requests.preparedSets, { folders }),
  ]);
  const separator = (label: string): TrainingPick => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const group = (label: string, picks: TrainingPick[]): TrainingPick[] =>
    picks.length === 0 ? [] : [separator(label), ...picks];
  const pick = (icon: string, path: string): TrainingPick => ({
    label: `$(${icon}) ${shown(path)}`,
    params: { config: path },
  });
  const choice = await pickOne<TrainingPick>(
    [
      ...group(
        vscode.l10n.t('Configurations'),
        configs.map(({ fsPath }) => pick('settings-gear', fsPath)),
      ),
      ...group(
        vscode.l10n.t('Prepared sets'),
        sets.map((path) => pick('database', path)),
      ),
      ...group(vscode.l10n.t('Synthetic spines'), syntheticPicks(folders)),
    ],
    { title: vscode.l10n.t('Train'), placeHolder: vscode.l10n.t('What to train on'), matchOnDetail: true },
  );
  return choice?.params;
}

/** Trainings that need no data; a run folder they do need. */
function syntheticPicks([folder]: readonly string[]): TrainingPick[] {
  if (folder === undefined) return [];
  const output = (name: string): string => join(folder, 'runs', name);
  return [
    {
      label: `$(beaker) ${vscode.l10n.t('Synthetic spines, ten minutes')}`,
      detail: vscode.l10n.t('A light network, to see how training goes'),
      params: {
        phantom: true,
        output: output('synthetic-trial'),
        settings: { epochs: 20, stepsPerEpoch: 40, timeBudget: 10 },
      },
    },
    {
      label: `$(beaker) ${vscode.l10n.t('Synthetic spines, in full')}`,
      detail: vscode.l10n.t('As the model that ships was trained; takes hours on a processor'),
      params: { phantom: true, output: output('synthetic') },
    },
  ];
}

type Chooses = (run: RunSummary) => boolean;

/** A run of the workspace, chosen by the user where there are several; undefined where there is none or none is chosen. */
async function chooseRun(
  backend: Backend,
  title: string,
  {
    among = () => true,
    folders = workspaceFolders(),
    none,
  }: { among?: Chooses; folders?: string[]; none: string },
): Promise<RunSummary | undefined> {
  const runs = (await backend.request(requests.runs, { folders })).filter(among);
  if (runs.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  const choice = await pickOne(
    runs.map((run) => ({
      label: run.name,
      description: vscode.l10n.t('{0}, epoch {1} of {2}', stateName(run), run.epoch, run.epochs),
      detail: shown(run.path),
      run,
    })),
    { title, matchOnDetail: true },
  );
  return choice?.run;
}

function stateName({ state, interrupted }: RunSummary): string {
  switch (state) {
    case 'training':
      return vscode.l10n.t('training');
    case 'finished':
      return vscode.l10n.t('finished');
    case 'stopped':
      return interrupted ? vscode.l10n.t('interrupted') : vscode.l10n.t('stopped');
    case 'broken':
      return vscode.l10n.t('not usable');
  }
}

const nothingToResume = (): string => vscode.l10n.t('There is no stopped training to resume here.');

/** Resumes a run, or, given a configuration, its run with the configuration's settings. */
async function resume(extension: Extension, argument: unknown): Promise<void> {
  const path = pathGiven(argument);
  if (path?.endsWith('.json')) return resumeConfiguration(extension, path);
  const among: Chooses = ({ state }) => state === 'stopped';
  const title = vscode.l10n.t('Resume a training');
  const run = path ?? (await chooseRun(extension.backend, title, { among, none: nothingToResume() }))?.path;
  if (run !== undefined) await start(extension, { output: run, resume: true });
}

async function resumeConfiguration({ backend, ...rest }: Extension, config: string): Promise<void> {
  const uri = vscode.Uri.file(config);
  await saveConfiguration(uri);
  const { output, state } = await backend.request(requests.configuration, { uri: uri.toString() });
  if (!state.resumable) return void vscode.window.showInformationMessage(nothingToResume());
  await start({ backend, ...rest }, { config, output, resume: true });
}

async function stopTraining({ backend, trainings }: Extension, argument: unknown): Promise<void> {
  const running = trainings.running.map(({ run }) => run);
  const run = pathGiven(argument) ?? (running.length === 1 ? running[0] : await chooseRunning(running));
  if (run === undefined) return;
  await withProgress(vscode.l10n.t('Stopping {0} at a checkpoint', basename(run)), (options) =>
    backend.request(requests.stopTraining, { run }, options),
  );
}

async function chooseRunning(runs: readonly string[]): Promise<string | undefined> {
  const items = runs.map((run) => ({ label: basename(run), detail: shown(run), run }));
  return (await pickOne(items, { title: vscode.l10n.t('Stop a training') }))?.run;
}

async function openRun({ backend, dashboards }: Extension, argument: unknown): Promise<void> {
  const none = vscode.l10n.t('There is no training in this workspace yet. Train first.');
  const path = pathGiven(argument) ?? (await chooseRun(backend, vscode.l10n.t('Open a run'), { none }))?.path;
  if (path !== undefined) dashboards.open(path);
}

const withoutTraining: Obstacle = ({ trainings }) =>
  trainings.running.length === 0 ? { reason: vscode.l10n.t('No training of this window is running.') } : null;

/** What is done with trainings. */
export const trainingCommands = {
  train: onGiven(train),
  resume: onGiven(resume),
  stopTraining: { obstacle: withoutTraining, run: stopTraining },
  openRun: onGiven(openRun),
} satisfies Record<string, Command>;
