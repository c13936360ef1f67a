/**
 * What commands ask, one line or list at a time. A question stays until it is answered or dismissed: most are one of
 * several, a webview takes the focus back at times, and who is asked may want to look at the image once more.
 */
import * as vscode from 'vscode';

/** Any items, at once or later. */
type Items<T> = readonly T[] | Thenable<readonly T[]>;
type ListOptions = Omit<vscode.QuickPickOptions, 'canPickMany' | 'ignoreFocusOut'>;

/** One of a list; undefined when dismissed. */
export const pickOne = <T extends vscode.QuickPickItem>(
  items: Items<T>,
  options: ListOptions,
): Thenable<T | undefined> => vscode.window.showQuickPick(items, { ...options, ignoreFocusOut: true });

/** Any number of a list; undefined when dismissed. */
export const pickAny = <T extends vscode.QuickPickItem>(
  items: Items<T>,
  options: ListOptions,
): Thenable<T[] | undefined> =>
  vscode.window.showQuickPick(items, { ...options, ignoreFocusOut: true, canPickMany: true });

/** A line of text; undefined when dismissed. */
export const askText = (
  options: Omit<vscode.InputBoxOptions, 'ignoreFocusOut'>,
): Thenable<string | undefined> => vscode.window.showInputBox({ ...options, ignoreFocusOut: true });
