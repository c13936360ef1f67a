import * as vscode from 'vscode';
import type { Command } from './command.js';

/** Publisher and name of the extension, and the walkthrough, as in the manifest. */
const walkthrough = 'disc-labeling.disc-labeling#ownModel';

/** What is done with the views and the walkthrough. */
export const viewCommands = {
  refreshViews: { run: ({ views }) => views.refresh() },
  openWalkthrough: {
    run: () => vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough),
  },
} satisfies Record<string, Command>;
