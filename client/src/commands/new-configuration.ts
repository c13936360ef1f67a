import { isAbsolute, relative } from 'node:path';
import * as vscode from 'vscode';
import { askText, pickOne } from '../questions.js';
import { exists } from '../workspace.js';
import {
  ownConfiguration,
  referenceConfiguration,
  syntheticConfiguration,
  type ChosenContrast,
} from './configuration-templates.js';
import { pickFolder } from './places.js';

const usualName = 'disc-labeling.json';
const ending = '.disc-labeling.json';

/** Asks what is to be trained on what, writes a configuration into the workspace and opens it. */
export async function newConfiguration(): Promise<void> {
  const folder = await chooseFolder();
  if (!folder) return;
  const content = await chooseContent(folder);
  if (!content) return;
  const file = await chooseName(folder);
  if (!file) return;
  const text = `${JSON.stringify(content, null, 2)}\n`;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(file);
}

async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const { workspaceFolders = [] } = vscode.workspace;
  if (workspaceFolders.length <= 1 && workspaceFolders[0]) return workspaceFolders[0].uri;
  if (workspaceFolders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  return pickFolder(vscode.l10n.t('Folder for the Configuration'));
}

async function chooseContent(folder: vscode.Uri): Promise<object | undefined> {
  const choices = [
    {
      label: vscode.l10n.t('Light network on synthetic spines'),
      detail: vscode.l10n.t('Needs no data; minutes on a processor. Good for getting to know the workflow.'),
      make: async () => syntheticConfiguration(),
    },
    {
      label: vscode.l10n.t('Light network on my own volumes'),
      detail: vscode.l10n.t('A BIDS dataset with disc labels, T1w, T2w or both.'),
      make: () => withDataset(folder, ownConfiguration),
    },
    {
      label: vscode.l10n.t('Reference network as published'),
      detail: vscode.l10n.t('Stacked hourglasses with attention, prepared and trained as in the paper.'),
      make: () => withDataset(folder, (source, contrast) => referenceConfiguration(source, contrast, true)),
    },
    {
      label: vscode.l10n.t('Reference network without attention'),
      detail: vscode.l10n.t('The same stacked hourglasses without the attention module.'),
      make: () => withDataset(folder, (source, contrast) => referenceConfiguration(source, contrast, false)),
    },
  ];
  const choice = await pickOne(choices, {
    title: vscode.l10n.t('New Configuration'),
    placeHolder: vscode.l10n.t('What is to be trained?'),
    matchOnDetail: true,
  });
  return choice?.make();
}

/** Asks for the dataset and its contrast. */
async function withDataset(
  folder: vscode.Uri,
  make: (source: string, contrast: ChosenContrast) => object,
): Promise<object | undefined> {
  const contrasts: (vscode.QuickPickItem & { contrast: ChosenContrast })[] = [
    { label: 'T1w', contrast: 'T1w' },
    { label: 'T2w', contrast: 'T2w' },
    { label: vscode.l10n.t('Both'), contrast: 'both' },
  ];
  const choice = await pickOne(contrasts, {
    title: vscode.l10n.t('New Configuration'),
    placeHolder: vscode.l10n.t('Contrast to train for'),
  });
  if (!choice) return undefined;
  const dataset = await pickFolder(vscode.l10n.t('BIDS Dataset'), vscode.l10n.t('Use This Dataset'), folder);
  return dataset && make(pathFrom(folder, dataset), choice.contrast);
}

/** Inside the workspace as one would write it, elsewhere the whole path. */
function pathFrom(folder: vscode.Uri, dataset: vscode.Uri): string {
  const path = relative(folder.fsPath, dataset.fsPath).replaceAll('\\', '/');
  return path.startsWith('..') || isAbsolute(path) ? dataset.fsPath : path || '.';
}

/** `disc-labeling.json`, or another name where that is taken. */
async function chooseName(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const usual = vscode.Uri.joinPath(folder, usualName);
  if (!(await exists(usual))) return usual;
  const name = await askText({
    title: vscode.l10n.t('{0} is there already', usualName),
    prompt: vscode.l10n.t('Another name; it gets the ending {0}', ending),
    validateInput: async (text) => {
      if (!/^[\w.-]+$/.test(text.trim())) return vscode.l10n.t('Use letters, digits, "-", "_" and "." only.');
      const taken = await exists(vscode.Uri.joinPath(folder, fileName(text)));
      return taken ? vscode.l10n.t('{0} is there already', fileName(text)) : null;
    },
  });
  return name === undefined ? undefined : vscode.Uri.joinPath(folder, fileName(name));
}

const fileName = (text: string): string => {
  const name = text.trim();
  return name.endsWith(ending) ? name : `${name.replace(/\.json$/, '')}${ending}`;
};
