import * as vscode from 'vscode';
import type { ItemParts } from './parts.js';

/** An entry of a view, made of its parts. */
export function treeItem(id: string, parts: ItemParts, command: vscode.Command): vscode.TreeItem {
  const item = new vscode.TreeItem(parts.label);
  item.id = id;
  item.description = parts.description;
  item.iconPath = new vscode.ThemeIcon(
    parts.icon,
    parts.colour === undefined ? undefined : new vscode.ThemeColor(parts.colour),
  );
  item.contextValue = parts.context;
  item.tooltip = new vscode.MarkdownString(parts.tooltip);
  item.accessibilityInformation = { label: parts.spoken };
  item.command = command;
  return item;
}
