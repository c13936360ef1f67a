import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import type { VolumeEditors } from '../editor/editors.js';
import type { VolumeDocument } from '../editor/document.js';
import type { ViewerPanel } from '../editor/panel.js';
import { chooseModel } from './choose-model.js';
import { commandIds, type CommandName } from './ids.js';
import { openWithViewer } from './open-with-viewer.js';
import { saveLabels } from './save-labels.js';
import { showEngines } from './show-engines.js';

/** What commands work on. */
export interface Extension {
  readonly backend: Backend;
  readonly editors: VolumeEditors;
}

interface Command {
  /** Why it can't be done now, as a sentence for the user; null when it can. */
  readonly obstacle?: (extension: Extension) => string | null;
  readonly run: (extension: Extension, ...args: unknown[]) => unknown;
}

const noViewer = (): string =>
  vscode.l10n.t('Open a volume (.nii or .nii.gz) in the disc viewer first, and make it the active editor.');

function withoutViewer({ editors }: Extension): string | null {
  return editors.active ? null : noViewer();
}

function withoutBackend({ backend }: Extension): string | null {
  if (backend.health === 'untrusted')
    return vscode.l10n.t('This workspace is not trusted, so labelling is off. Manage trust to turn it on.');
  if (backend.health === 'failed')
    return vscode.l10n.t('The backend stopped after repeated crashes. Restart it first.');
  return null;
}

const firstOf =
  (...obstacles: ((extension: Extension) => string | null)[]) =>
  (extension: Extension): string | null => {
    for (const obstacle of obstacles) {
      const reason = obstacle(extension);
      if (reason !== null) return reason;
    }
    return null;
  };

/** A command on the volume of the active viewer. */
const onDocument = (
  run: (document: VolumeDocument, extension: Extension) => unknown,
  ...obstacles: ((extension: Extension) => string | null)[]
): Command => ({
  obstacle: firstOf(withoutViewer, withoutBackend, ...obstacles),
  run: (extension) => run(extension.editors.active!.document, extension),
});

/** A command on the active viewer itself. */
const onPanel = (
  run: (panel: ViewerPanel) => unknown,
  ...obstacles: ((extension: Extension) => string | null)[]
): Command => ({
  obstacle: firstOf(withoutViewer, ...obstacles),
  run: ({ editors }) => run(editors.active!),
});

const withoutLabels = ({ editors }: Extension): string | null =>
  editors.active?.document.labels?.result.discs.length
    ? null
    : vscode.l10n.t('There are no labels to save yet. Label the volume first.');

const withoutOverlay =
  (kind: 'attention' | 'heatmap') =>
  ({ editors }: Extension): string | null => {
    const labels = editors.active?.document.labels;
    if (!labels) return vscode.l10n.t('There is no map to show yet. Label the volume first.');
    if (labels.overlays?.[kind]) return null;
    return kind === 'attention'
      ? vscode.l10n.t('The model {0} has no attention map.', labels.result.model)
      : vscode.l10n.t('The heat map is not available. Label the volume again.');
  };

/** Every command of the manifest: leaving one out does not compile. */
export const commands: Readonly<Record<CommandName, Command>> = {
  labelAgain: onDocument((document) => document.label()),
  cancelLabelling: onDocument((document) => document.cancel()),
  chooseModel: onDocument((document, { backend }) => chooseModel(document, backend)),
  saveLabels: onDocument((document, { backend }) => saveLabels(document, backend), withoutLabels),
  toggleAttention: onPanel((panel) => panel.act('toggleAttention'), withoutOverlay('attention')),
  toggleHeatMap: onPanel((panel) => panel.act('toggleHeatMap'), withoutOverlay('heatmap')),
  toggleMultiplanar: onPanel((panel) => panel.act('toggleMultiplanar')),
  showEngines: { obstacle: withoutBackend, run: ({ backend }) => showEngines(backend) },
  showLog: { run: ({ backend }) => backend.log.show() },
  restartBackend: {
    obstacle: ({ backend }) =>
      backend.health === 'untrusted' ? withoutBackend({ backend } as Extension) : null,
    run: ({ backend }) => backend.restart(),
  },
  openWithViewer: { run: (_extension, uri) => openWithViewer(uri) },
};

/** Registers the table. */
export function registerCommands(extension: Extension): vscode.Disposable {
  return vscode.Disposable.from(
    ...(Object.keys(commands) as CommandName[]).map((name) =>
      vscode.commands.registerCommand(commandIds[name], (...args: unknown[]) =>
        perform(extension, name, args),
      ),
    ),
  );
}

/** Runs a command, or says why not. Shared with the viewers' buttons. */
export async function perform(extension: Extension, name: CommandName, args: unknown[] = []): Promise<void> {
  const { obstacle, run } = commands[name];
  const reason = obstacle?.(extension) ?? null;
  if (reason !== null) return void vscode.window.showInformationMessage(reason);
  try {
    await run(extension, ...args);
  } catch (error) {
    if (error instanceof vscode.CancellationError) return;
    extension.backend.log.error(`${commandIds[name]}: ${String(error)}`);
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}
