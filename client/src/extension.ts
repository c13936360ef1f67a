import type { ViewerRequest } from '@disc-labeling/webview/messages';
import * as vscode from 'vscode';
import { Backend } from './backend.js';
import type { Extension } from './commands/command.js';
import { labelWith } from './commands/choose-model.js';
import { perform, registerCommands } from './commands/index.js';
import { saveLabels, tellSaved, writeLabels } from './commands/save-labels.js';
import { addDisc, mayDiscard, moveDisc, removeDisc, takeTruth } from './commands/correct-discs.js';
import { setLevel } from './commands/set-level.js';
import { startForConfigurations } from './configuration.js';
import { adoptTextTabs } from './editor/adopt-tabs.js';
import { CorrectionBackups } from './editor/backups.js';
import { VolumeEditors } from './editor/editors.js';
import type { ViewerPanel } from './editor/panel.js';
import { registerPages } from './pages/read-only.js';
import { Galleries } from './gallery/galleries.js';
import { Reports } from './report/reports.js';
import { concernsBackend } from './settings.js';
import { StatusItem } from './status.js';
import { Views } from './views/index.js';
import { followFolders } from './training/context-keys.js';
import { Dashboards } from './training/dashboards.js';
import { offerToResume } from './training/resume-offer.js';
import { startTraining } from './training/start.js';
import { TrainingStatus } from './training/status.js';
import { Trainings } from './training/trainings.js';

let backend: Backend | undefined;

/** Registers everything at once; the backend starts when a volume is opened. */
export function activate(context: vscode.ExtensionContext): void {
  backend = new Backend(context);
  const running = backend;
  const backups = new CorrectionBackups(vscode.Uri.joinPath(context.globalStorageUri, 'corrections'));
  const editors = new VolumeEditors(
    context.extensionUri,
    running,
    backups,
    (panel, request) => answer(panel, request, running),
    // What became of it is told while the editor goes on.
    async (document) => void tellSaved(await writeLabels(document, running)),
  );
  const views = new Views(running);
  const galleries = new Galleries({
    extensionUri: context.extensionUri,
    backend: running,
    open: (image, voxel) => editors.openAt(image, voxel && { voxel, disc: null }),
    attention: (input, sample) => perform(extension, 'showAttention', [input, sample]),
  });
  const trainings = new Trainings(running, context.workspaceState);
  const resume = async (run: string): Promise<void> =>
    void (await startTraining(running, { output: run, resume: true }));
  const dashboards = new Dashboards({
    extensionUri: context.extensionUri,
    backend: running,
    trainings,
    resume,
  });
  const reports = new Reports({ extensionUri: context.extensionUri, backend: running, editors });
  const extension: Extension = {
    backend: running,
    editors,
    views,
    galleries,
    trainings,
    dashboards,
    reports,
  };
  const offer = (): void => {
    if (trainings.unfinished.length === 0 || !vscode.workspace.isTrusted) return;
    void offerToResume(running, trainings, {
      resume: (run) => perform(extension, 'resume', [run]),
      open: (run) => dashboards.open(run),
    });
  };
  context.subscriptions.push(
    editors,
    views,
    galleries,
    reports,
    registerPages(),
    new StatusItem(running),
    registerCommands(extension),
    startForConfigurations(running),
    trainings,
    dashboards,
    new TrainingStatus(trainings),
    trainings.onDidTell(({ run, event }) => views.runs.heard(run, event)),
    trainings.onDidEnd(({ run }) => views.runs.ended(run)),
    followFolders(),
    // A backend that died took no training with it, but stopped them.
    running.onDidChangeHealth((health) => health === 'ready' && offer()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!concernsBackend(event) || running.health === 'stopped' || running.health === 'untrusted') return;
      void running.restart().then(() => editors.documents.forEach((document) => void document.open()));
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      running.trusted();
      views.refresh();
      editors.documents.forEach((document) => void document.open());
    }),
  );
  void adoptTextTabs();
  offer();
}

/** Waits for the backend, so that its temporary files are gone when VS Code is. */
export async function deactivate(): Promise<void> {
  await backend?.dispose();
}

/** What the buttons in a viewer do. */
async function answer({ document }: ViewerPanel, request: ViewerRequest, running: Backend): Promise<void> {
  switch (request.kind) {
    case 'label':
      return (await mayDiscard(document)) ? document.label() : undefined;
    case 'cancel':
      return document.cancel();
    case 'chooseModel':
      return labelWith(document, request.model);
    case 'setLevel':
      return setLevel(document, request.disc);
    case 'moveDisc':
      return moveDisc(document, request.disc, request.place);
    case 'addDisc':
      return addDisc(document, request.place);
    case 'removeDisc':
      return removeDisc(document, request.disc);
    case 'takeTruth':
      return document.truth ? takeTruth(document) : undefined;
    case 'saveLabels':
      return saveLabels(document, running);
    case 'restart':
      return running.restart();
    case 'showLog':
      return running.log.show();
    case 'manageTrust':
      return void vscode.commands.executeCommand('workbench.trust.manage');
    case 'openWith':
      return void vscode.commands.executeCommand('workbench.action.reopenWithEditor');
  }
}
