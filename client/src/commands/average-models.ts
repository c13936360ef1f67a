import { requests } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import { pickModels } from '../evaluation/pick.js';
import type { Extension } from './command.js';
import { askModelName, tellNewModel } from './model-given.js';

/** Makes one model of several that were trained from one another: their mean, weight by weight. */
export async function averageModels({ backend, views }: Extension): Promise<void> {
  const title = vscode.l10n.t('Average Models');
  const chosen = await pickModels(backend, {
    title,
    placeHolder: vscode.l10n.t('Two or more that were trained from one another'),
  });
  if (chosen === null) return;
  if (chosen.length < 2) throw new Error(vscode.l10n.t('One alone has no average; choose two or more.'));
  const name = await askModelName(backend, title, `${chosen[0].name}-mean`);
  if (name === undefined) return;
  const model = await backend.request(requests.averageModels, {
    models: chosen.map((one) => one.model),
    name,
  });
  views.models.refresh();
  await tellNewModel(
    model,
    vscode.l10n.t('{0} is the mean of {1}.', model.name, chosen.map((one) => one.name).join(', ')),
  );
}
