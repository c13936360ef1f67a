import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

interface WalkthroughStep {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly image?: string; readonly markdown?: string; readonly altText?: string };
  readonly completionEvents: readonly string[];
}

const read = (path: string): string => readFileSync(join(repositoryDir, path), 'utf8');
const text = read('package.json');
const manifest = JSON.parse(text);
const { commands, menus, configuration, customEditors, ...workbench } = manifest.contributes as {
  commands: Command[];
  menus: Record<string, MenuItem[]>;
  configuration: { properties: Record<string, { enum?: string[] }> };
  customEditors: { viewType: string; priority: string; selector: { filenamePattern: string }[] }[];
  viewsContainers: { activitybar: { id: string; icon: string }[] };
  views: Record<string, { id: string; icon: string }[]>;
  viewsWelcome: { view: string; contents: string; when: string }[];
  walkthroughs: { id: string; icon: string; steps: WalkthroughStep[] }[];
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

  const known = new Set(commands.map(({ command }) => command));
  const views = Object.values(workbench.views).flat();

  test('menus name commands there are', () => {
    for (const item of Object.values(menus).flat()) expect(known).toContain(item.command);
  });

  test('conditions ask for what there is', () => {
    const conditions = [
      ...commands.flatMap(({ enablement }) => enablement ?? []),
      ...Object.values(menus)
        .flat()
        .flatMap(({ when }) => when ?? []),
      ...workbench.viewsWelcome.map(({ when }) => when),
    ];
    const forms = [
      `activeCustomEditorId == '${viewType}'`,
      'explorerResourceIsFolder',
      'false',
      /^resourceFilename =~ \/.*\/i?$/,
      "resourceFilename == 'disc-labeling.json'",
      'resourceFilename == report.json',
      /^!?isWorkspaceTrusted$/,
      'isWorkspaceTrustEnabled',
      /^discLabeling\.health [!=]= 'failed'$/,
      /^workspaceFolderCount [!=]= 0$/,
      // What the views tell, see listed.ts.
      /^discLabeling\.(models|runs)Listed$/,
      ...views.map(({ id }) => `view == ${id}`),
      // What views give their entries, see the test below.
      /^viewItem =~ \/.*(model|run|best).*\/$/,
    ];
    // Those the client sets, `key: '…'` in a table.
    const contextKeys = new Set(
      client.flatMap((source) =>
        [...source.matchAll(/key: '(discLabeling\.\w+)'/g)].map((match) => match[1]),
      ),
    );
    expect(conditions.length).toBeGreaterThan(0);
    for (const part of conditions.flatMap((condition) => condition.split(/ (?:&&|\|\|) /)))
      expect(
        forms.some((form) => (typeof form === 'string' ? form === part : form.test(part))) ||
          contextKeys.has(/^resourcePath in ([\w.]+)$/.exec(part)?.[1] ?? ''),
        part,
      ).toBe(true);
  });

  test('entries of the views match the conditions made for them', () => {
    const contexts = [
      ...['shipped', 'user'].flatMap((origin) => [`model.${origin}`, `model.${origin}.default`]),
      ...['training', 'finished', 'stopped', 'broken'].flatMap((state) => [
        `run.${state}`,
        `run.${state}.best`,
      ]),
    ];
    const matching = (id: string, group: string): string[] => {
      const item = menus['view/item/context'].find(
        (one) => one.command === `discLabeling.${id}` && (one as { group?: string }).group === group,
      )!;
      const pattern = new RegExp(/viewItem =~ \/(.*)\/$/.exec(item.when!)![1]);
      return contexts.filter((context) => pattern.test(context));
    };
    expect(matching('makeDefaultModel', 'inline@1')).toEqual(['model.shipped', 'model.user']);
    expect(matching('deleteModel', '9_delete@1')).toEqual(['model.user', 'model.user.default']);
    expect(matching('resume', 'inline@1')).toEqual(['run.stopped', 'run.stopped.best']);
    expect(matching('stopTraining', 'inline@1')).toEqual(['run.training', 'run.training.best']);
    expect(matching('installModel', 'inline@2')).toHaveLength(4);
  });

  test('views have a container, code behind them, and words for when they are empty', () => {
    const containers = workbench.viewsContainers.activitybar.map(({ id }) => id);
    expect(Object.keys(workbench.views)).toEqual(containers);
    for (const { id } of views) {
      expect(client.some((source) => source.includes(`createTreeView('${id}'`))).toBe(true);
      const welcomes = workbench.viewsWelcome.filter(({ view }) => view === id);
      // Until VS Code has asked, no workspace is trusted; where it never asks, nothing is to be said of it.
      expect(welcomes.some(({ when }) => when === 'isWorkspaceTrustEnabled && !isWorkspaceTrusted')).toBe(
        true,
      );
      expect(welcomes.length).toBeGreaterThan(2);
    }
  });

  /** Commands that links in the manifest's Markdown run. */
  const linked = (markdown: string): string[] =>
    [...strings[markdown.slice(1, -1)].matchAll(/\(command:([\w.]+)/g)].map((match) => match[1]);
  const builtIn = ['workbench.trust.manage', 'vscode.openFolder', ...views.map(({ id }) => `${id}.focus`)];

  test('what empty views and the walkthrough link to is there', () => {
    const links = [
      ...workbench.viewsWelcome.flatMap(({ contents }) => linked(contents)),
      ...workbench.walkthroughs.flatMap(({ steps }) =>
        steps.flatMap(({ description }) => linked(description)),
      ),
    ];
    for (const link of links) expect([...known, ...builtIn]).toContain(link);
  });

  test('every step of the walkthrough has a button, an end and a picture that is packed', () => {
    const packed = read('.vscodeignore');
    expect(packed).toContain('!resources/walkthrough/**');
    for (const { steps } of workbench.walkthroughs)
      for (const { id, description, media, completionEvents } of steps) {
        expect(linked(description).length, id).toBeGreaterThan(0);
        expect(completionEvents.length, id).toBeGreaterThan(0);
        for (const event of completionEvents) {
          const [kind, what] = event.split(':');
          if (kind === 'onCommand') expect(known, id).toContain(what);
          else expect(views.map((view) => `onView:${view.id}`)).toContain(event);
        }
        expect(existsSync(join(repositoryDir, (media.image ?? media.markdown)!)), id).toBe(true);
        if (media.image) expect(media.altText, id).toBeTruthy();
      }
  });

  test('icons are there, packed, and in the colour of the text where the theme chooses it', () => {
    const packed = read('.vscodeignore').split('\n');
    const icons = [...workbench.viewsContainers.activitybar, ...views, ...workbench.walkthroughs];
    for (const { icon } of icons) expect(packed).toContain(`!${icon}`);
    for (const { icon } of workbench.viewsContainers.activitybar) {
      const colours = [...read(icon).matchAll(/(?:fill|stroke)="([^"]+)"/g)].map((match) => match[1]);
      expect(new Set(colours)).toEqual(new Set(['none', 'currentColor']));
    }
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
