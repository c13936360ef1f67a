import * as vscode from 'vscode';
import { messageOf } from '../words.js';
import { backendCommands } from './backend.js';
import { configurationCommands } from './configuration.js';
import type { Command, Extension, Hindrance } from './command.js';
import { datasetCommands } from './datasets.js';
import { evaluationCommands } from './evaluation.js';
import { commandIds, type CommandName } from './ids.js';
import { modelCommands } from './models.js';
import { viewCommands } from './views.js';
import { pictureCommands } from './pictures.js';
import { trainingCommands } from './training.js';
import { reportCommands } from './report.js';
import { volumeCommands } from './volume.js';

/** Every command of the manifest: leaving one out does not compile. */
export const commands: Readonly<Record<CommandName, Command>> = {
  ...volumeCommands,
  ...backendCommands,
  ...configurationCommands,
  ...modelCommands,
  ...datasetCommands,
  ...viewCommands,
  ...pictureCommands,
  ...trainingCommands,
  ...reportCommands,
  ...evaluationCommands,
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
  const hindrance = obstacle?.(extension) ?? null;
  if (hindrance) return void explain(hindrance);
  try {
    await run(extension, ...args);
  } catch (error) {
    if (error instanceof vscode.CancellationError) return;
    extension.backend.log.error(`${commandIds[name]}: ${String(error)}`);
    void vscode.window.showErrorMessage(messageOf(error));
  }
}

async function explain({ reason, remedy }: Hindrance): Promise<void> {
  const chosen = await vscode.window.showInformationMessage(reason, ...(remedy ? [remedy.title] : []));
  if (remedy && chosen === remedy.title) await vscode.commands.executeCommand(remedy.command);
}
