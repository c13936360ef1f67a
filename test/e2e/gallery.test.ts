/** Galleries, attention and animation in the real editor. Screenshots are kept in test-results/e2e. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunEditor, screenshots, startEditor } from '../support/e2e.js';
import type { Editor } from '../support/editor.js';
import { repositoryDir } from '../support/shared.js';

const cli = join(repositoryDir, 'dist', 'cli.mjs');

describe.skipIf(!canRunEditor())('galleries in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'disc-gallery-'));
  let editor: Editor;

  const run = (...args: string[]): void => {
    const { status, stderr } = spawnSync(process.execPath, [cli, ...args, '--quiet'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };

  /** The gallery in front. */
  const gallery = (): Promise<Frame> => editor.webview('#gallery:not([data-state="loading"])');

  /** Opens a folder's gallery from its context menu in the explorer. */
  async function fromExplorer(name: string): Promise<Frame> {
    await editor.page
      .locator('.explorer-viewlet .monaco-list-row', { hasText: name })
      .first()
      .click({ button: 'right' });
    await editor.menu('Open as Gallery');
    await editor.page.locator('.tab.active', { hasText: `Gallery: ${name}` }).waitFor();
    return gallery();
  }

  beforeAll(async () => {
    run('dataset', 'synthesize', join(folder, 'bids'), '--subjects', '4', '--seed', '3');
    run(
      'dataset',
      'prepare',
      join(folder, 'bids'),
      join(folder, 'prepared'),
      '--contrast',
      'both',
      '--split',
      'all',
    );
    editor = await startEditor({ folder, settings: { 'discLabeling.labelOnOpen': false } });
    await editor.meet();
  }, 600_000);

  afterAll(async () => {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a prepared set, filtered and enlarged, by mouse and keyboard', async () => {
    const frame = await fromExplorer('prepared');
    await frame.locator('.tile[data-state="pictured"]').nth(7).waitFor();
    expect(await frame.locator('.tile').count()).toBe(8);
    await editor.page.screenshot({ path: join(screenshots, 'gallery-light.png') });
    await frame.locator('input[type=search]').fill('sub-002');
    await frame.locator('.count', { hasText: '2 of 8' }).waitFor();
    expect(await frame.locator('.tile:visible').count()).toBe(2);
    await frame.locator('input[type=search]').fill('');
    await frame.locator('.tile').first().focus();
    await editor.page.keyboard.press('ArrowRight');
    expect(await frame.locator('.tile[aria-selected="true"]').getAttribute('data-name')).toBe('sub-001_T2w');
    await editor.page.keyboard.press('Space');
    await frame.locator('.details .large img').waitFor();
    await frame.locator('.details .channels img').waitFor();
    await editor.page.screenshot({ path: join(screenshots, 'gallery-details.png') });
    await editor.page.keyboard.press('Escape');
    await frame.locator('.details').waitFor({ state: 'hidden' });
    // The keyboard is back where it was.
    expect(await frame.evaluate(() => (document.activeElement as HTMLElement).dataset['name'])).toBe(
      'sub-001_T2w',
    );
  });

  it('opens the volume at its slice', async () => {
    const frame = await gallery();
    await frame.locator('.tile').first().focus();
    await editor.page.keyboard.press('Enter');
    const viewer = await editor.viewer('sub-001_T1w.nii.gz');
    await viewer.reach('unlabelled');
    await editor.page.screenshot({ path: join(screenshots, 'gallery-volume.png') });
  });

  it('shows a BIDS dataset, and comes back after a reload', async () => {
    const frame = await fromExplorer('bids');
    await frame.locator('.tile[data-state="pictured"]').nth(7).waitFor();
    await editor.page.screenshot({ path: join(screenshots, 'gallery-bids.png') });
    await frame.locator('input[type=search]').fill('T2w');
    await frame.locator('.count', { hasText: '4 of 8' }).waitFor();
    // In a browser VS Code writes down what is open once a minute.
    await editor.page.waitForTimeout(65_000);
    await editor.page.reload();
    await editor.page.locator('.tab.active', { hasText: 'Gallery: bids' }).waitFor();
    const again = await gallery();
    await again.locator('.count', { hasText: '4 of 8' }).waitFor();
    expect(await again.locator('input[type=search]').inputValue()).toBe('T2w');
    await again.locator('.tile[data-state="pictured"]:visible').nth(3).waitFor();
  });

  it('says what is wrong with a folder that holds neither', async () => {
    mkdirSync(join(folder, 'empty'));
    const frame = await fromExplorer('empty');
    await frame.locator('.problem', { hasText: 'it holds no subject folder' }).waitFor();
    await editor.page.screenshot({ path: join(screenshots, 'gallery-problem.png') });
  });

  // A theme has to be there from the start: a settings file changed from outside is noticed late or never.
  it.each([
    ['dark', 'Dark Modern', 'vscode-dark'],
    ['high-contrast', 'Default High Contrast', 'vscode-high-contrast'],
  ])('has the colours of the %s theme', async (name, theme, kind) => {
    await editor.close();
    editor = await startEditor({ folder, settings: { 'workbench.colorTheme': theme } });
    await editor.meet();
    const frame = await fromExplorer('prepared');
    await frame.locator('.tile[data-state="pictured"]').nth(7).waitFor();
    expect(await frame.locator('body').getAttribute('class')).toContain(kind);
    await editor.page.screenshot({ path: join(screenshots, `gallery-${name}.png`) });
  });
});
