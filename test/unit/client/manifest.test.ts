import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engineIds } from '@disc-labeling/models/engines/types';
import { commandIds, viewType } from '../../../client/src/commands/ids.js';
import { sentences } from '../../../scripts/l10n.mjs';
import { repositoryDir } from '../../support/shared.js';

interface Command {
  readonly command: string;
  readonly title: string;
  readonly enablement?: string;
}
interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

const read = (path: string): string => readFileSync(join(repositoryDir, path), 'utf8');
const text = read('package.json');
const manifest = JSON.parse(text);
const { commands, menus, configuration, customEditors } = manifest.contributes as {
  commands: Command[];
  menus: Record<string, MenuItem[]>;
  configuration: { properties: Record<string, { enum?: string[] }> };
  customEditors: { viewType: string; priority: string; selector: { filenamePattern: string }[] }[];
};
const strings = JSON.parse(read('package.nls.json')) as Record<string, string>;

/** Sources of the client, by path. */
function sources(folder: string): string[] {
  return readdirSync(join(repositoryDir, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name)));
}
const client = sources('client/src');

describe('the manifest', () => {
  test('every command has a handler and every handler a command', () => {
    expect(commands.map(({ command }) => command).sort()).toEqual(Object.values(commandIds).sort());
  });

  test('menus name commands there are', () => {
    const known = new Set(commands.map(({ command }) => command));
    for (const item of Object.values(menus).flat()) expect(known).toContain(item.command);
  });

  test('conditions name the editor there is', () => {
    const conditions = [
      ...commands.flatMap(({ enablement }) => enablement ?? []),
      ...Object.values(menus)
        .flat()
        .flatMap(({ when }) => when ?? []),
    ];
    expect(conditions.length).toBeGreaterThan(0);
    for (const condition of conditions)
      expect(
        condition === `activeCustomEditorId == '${viewType}'` ||
          condition.startsWith('resourceFilename =~ ') ||
          condition === 'explorerResourceIsFolder || resourceFilename == report.json',
        condition,
      ).toBe(true);
  });

  test('every setting is read somewhere, and every setting read is there', () => {
    const properties = Object.keys(configuration.properties).map((name) => name.replace('discLabeling.', ''));
    const readNames = client.flatMap((source) =>
      [...source.matchAll(/values\.get\('(\w+)'/g)].map((match) => match[1]),
    );
    // The language client reads its trace setting itself.
    expect(properties.filter((name) => name !== 'trace.server').sort()).toEqual(
      [...new Set(readNames)].sort(),
    );
  });

  test('engines of the setting are those of the product', () => {
    expect(configuration.properties['discLabeling.engine'].enum).toEqual(['auto', ...engineIds]);
  });

  test('the editor opens NIfTI files by default', () => {
    expect(customEditors).toMatchObject([
      {
        viewType,
        priority: 'default',
        selector: [{ filenamePattern: '*.nii' }, { filenamePattern: '*.nii.gz' }],
      },
    ]);
  });

  test('every string is there, and none is left over', () => {
    const used = [...text.matchAll(/%([\w.]+)%/g)].map((match) => match[1]);
    expect([...new Set(used)].sort()).toEqual(Object.keys(strings).sort());
  });

  test('runs where the data is, and says what it can do untrusted', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    // Once the window is there, to move volumes that were opened as text into the viewer.
    expect(manifest.activationEvents).toEqual(['onStartupFinished']);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
    expect(manifest.capabilities.untrustedWorkspaces.description).toBeTruthy();
    expect(manifest.capabilities.virtualWorkspaces).toMatchObject({ supported: false });
    expect(manifest.capabilities.virtualWorkspaces.description).toBeTruthy();
  });
});

test('the bundle for translators holds every sentence, and no other (node scripts/l10n.mjs)', () => {
  const bundle = JSON.parse(read('l10n/bundle.l10n.json')) as Record<string, string>;
  expect(Object.keys(bundle).sort()).toEqual(sentences());
});
