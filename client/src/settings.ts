import type { EngineChoice } from '@disc-labeling/server/protocol';
import { workspace, type ConfigurationChangeEvent } from 'vscode';

export const section = 'discLabeling';

/** The settings, as their names and types stand in the manifest. */
export interface Settings {
  readonly defaultModel: string;
  readonly engine: EngineChoice;
  readonly threads: number;
  readonly labelOnOpen: boolean;
  readonly showAttention: boolean;
  readonly showHeatMap: boolean;
}

/** The settings as they are now. */
export function settings(): Settings {
  const values = workspace.getConfiguration(section);
  return {
    defaultModel: values.get('defaultModel', ''),
    engine: values.get('engine', 'auto'),
    threads: values.get('threads', 0),
    labelOnOpen: values.get('labelOnOpen', true),
    showAttention: values.get('showAttention', false),
    showHeatMap: values.get('showHeatMap', false),
  };
}

/** Settings the backend learns only when it starts. */
const backendSettings = ['defaultModel', 'engine', 'threads'] as const satisfies readonly (keyof Settings)[];

export const concernsBackend = (event: ConfigurationChangeEvent): boolean =>
  backendSettings.some((name) => event.affectsConfiguration(`${section}.${name}`));

/** Writes a setting: the workspace's where that has one, which would hide the user's; otherwise the user's. */
export function changeSetting<Name extends keyof Settings>(
  name: Name,
  value: Settings[Name],
): Thenable<void> {
  const values = workspace.getConfiguration(section);
  return values.update(name, value, values.inspect(name)?.workspaceValue === undefined);
}
