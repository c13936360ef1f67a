/**
 * What commands ask, one line or list at a time. A question stays until it is answered or dismissed, as most are one of
 * several and a webview takes the focus back at times; one about the volume in front goes where the user turns to
 * something else.
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

/** One of a list about the volume in front, to which the answer is done; undefined when dismissed, or left. */
export const pickHere = <T extends vscode.QuickPickItem>(
  items: Items<T>,
  options: ListOptions,
): Thenable<T | undefined> => vscode.window.showQuickPick(items, options);

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
