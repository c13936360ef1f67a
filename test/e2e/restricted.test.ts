/** A workspace nobody trusts yet, in the real editor: shown, but nothing started from it. Screenshots in test-results/e2e. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canRunEditor, screenshots, startEditor } from '../support/e2e.js';
import type { Editor } from '../support/editor.js';
import { patience } from '../support/patience.js';
import { repositoryDir } from '../support/shared.js';

const volume = join('sub-001', 'anat', 'sub-001_T1w.nii.gz');

describe.skipIf(!canRunEditor())('a restricted workspace in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'disc-restricted-'));
  let editor: Editor;

  beforeAll(async () => {
    const cli = join(repositoryDir, 'dist', 'cli.mjs');
    const written = spawnSync('node', [
      cli,
      'dataset',
      'synthesize',
      folder,
      '--subjects',
      '1',
      '--seed',
      '1',
    ]);
    expect(written.status).toBe(0);
    editor = await startEditor({
      folder,
      settings: {
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'never',
        'security.workspace.trust.banner': 'never',
      },
    });
    await editor.meet();
  }, 600_000);

  afterAll(async () => {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const shot = (name: string) =>
    editor.page.screenshot({ path: join(screenshots, `restricted-${name}.png`) });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await shot(`failed-${task.name.slice(0, 12).replaceAll(' ', '-')}`);
  });

  it('shows a volume without labels and says why', async () => {
    const viewer = await editor.open(volume);
    await viewer.reach('untrusted');
    await shot('volume');
    expect(await viewer.frame.locator('body').innerText()).toContain('This workspace is not trusted');
    expect(editor.backends()).toEqual([]);
  });

  it('says in its views that nothing is read', async () => {
    await editor.command('Disc Labeling: Focus on Models View');
    const welcomes = editor.page.locator('.welcome-view-content:visible', { hasText: 'not trusted' });
    await expect.poll(() => welcomes.count()).toBe(2);
    await shot('views');
  });

  it('starts nothing for a command, but leads to where trust is given', async () => {
    await editor.command('Disc Labeling: Label Folder');
    await editor.notified(/not trusted/, 'Manage Trust');
    await editor.page.locator('.workspace-trust-editor').waitFor();
    expect(editor.backends()).toEqual([]);
    await shot('command');
  });

  it('labels the volume once the workspace is trusted', async () => {
    const trust = editor.page.locator('.workspace-trust-editor');
    await trust.locator('.monaco-button', { hasText: /^Trust$/ }).click();
    // It lies over the window and keeps the keyboard until it is closed, which it may be by itself.
    const close = editor.page.locator('.monaco-modal-editor-block .codicon-close:visible').first();
    const closed = async (): Promise<boolean> => {
      await close.click({ timeout: 1000 }).catch(() => {});
      return trust.isHidden();
    };
    await expect.poll(closed, { timeout: patience }).toBe(true);
    const viewer = await editor.open(volume);
    await viewer.reach('labelled');
    expect((await viewer.discs())[0]?.name).toBe('C2/C3');
    await shot('trusted');
  });
});
