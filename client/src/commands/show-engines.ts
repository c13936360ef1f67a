import { requests } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { pickOne } from '../questions.js';
import { changeSetting, settings } from '../settings.js';

/** Lists what networks can run on here; picking an available engine makes it the setting. */
export async function showEngines(backend: Backend): Promise<void> {
  const engines = await backend.request(requests.engines, null);
  const current = settings().engine;
  const chosen = (id: string): string => (id === current ? vscode.l10n.t('chosen') : '');
  const choice = await pickOne(
    [
      {
        id: 'auto' as const,
        available: true,
        label: '$(sparkle) auto',
        description: chosen('auto'),
        detail: vscode.l10n.t('The fastest engine that is available'),
      },
      ...engines.map(({ id, available, detail }) => ({
        id,
        available,
        label: `${available ? '$(check)' : '$(circle-slash)'} ${id}`,
        description: available ? chosen(id) : vscode.l10n.t('not available'),
        detail,
      })),
    ],
    { title: vscode.l10n.t('Engines on this machine'), matchOnDetail: true },
  );
  if (!choice || choice.id === current) return;
  if (choice.available) await changeSetting('engine', choice.id);
  else
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is not available here: {1}', choice.id, choice.detail),
    );
}
