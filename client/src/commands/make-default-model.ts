import * as vscode from 'vscode';
import { changeSetting } from '../settings.js';
import type { Extension } from './command.js';
import { modelGiven } from './model-given.js';

/** Makes a model the one used when none is chosen. Open volumes are labelled with it at once. */
export async function makeDefaultModel({ backend }: Extension, given: unknown): Promise<void> {
  const title = vscode.l10n.t('Which model is to be the default?');
  const model = await modelGiven(backend, given, title, ({ isDefault }) => !isDefault);
  if (!model || model.isDefault) return;
  await changeSetting('defaultModel', model.name);
  vscode.window.setStatusBarMessage(vscode.l10n.t('{0} is the default model now.', model.name), 5000);
}
