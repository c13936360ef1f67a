import * as vscode from 'vscode';
import { viewType } from '../commands/ids.js';

/**
 * Moves volumes that VS Code opened as text into the viewer. In a profile that has not met this extension yet, a file
 * opened while VS Code starts (by the address in the browser, say) gets the text editor, which can't show it.
 * Where the user has chosen another editor for such files, that choice stands.
 */
export async function adoptTextTabs(): Promise<void> {
  const chosen = vscode.workspace
    .getConfiguration('workbench')
    .get<Record<string, string>>('editorAssociations', {});
  if (Object.entries(chosen).some(([glob, editor]) => /\.nii(\.gz)?$/.test(glob) && editor !== viewType))
    return;
  for (const group of vscode.window.tabGroups.all)
    for (const tab of group.tabs) {
      if (!(tab.input instanceof vscode.TabInputText) || !/\.nii(\.gz)?$/i.test(tab.input.uri.path)) continue;
      const { uri } = tab.input;
      const options = { viewColumn: group.viewColumn, preview: tab.isPreview, preserveFocus: !tab.isActive };
      await vscode.window.tabGroups.close(tab);
      await vscode.commands.executeCommand('vscode.openWith', uri, viewType, options);
    }
}
