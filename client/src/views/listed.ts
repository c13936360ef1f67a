import { commands } from 'vscode';

/** Lets an empty view say that there is nothing: before its first list, that is not known. */
export function tellListed(view: 'models' | 'runs'): void {
  void commands.executeCommand('setContext', `discLabeling.${view}Listed`, true);
}
