/** The demo, its attention, and models side by side in the real editor. Screenshots are kept in test-results/e2e. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canRunEditor, screenshots, startEditor } from '../support/e2e.js';
import type { Editor } from '../support/editor.js';
import { repositoryDir } from '../support/shared.js';

const cli = join(repositoryDir, 'dist', 'cli.mjs');

describe.skipIf(!canRunEditor())('models in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'disc-models-'));
  const path = (...parts: string[]): string => join(folder, ...parts);
  // Not among the models of whoever runs this.
  const ownModels = mkdtempSync(join(tmpdir(), 'disc-own-models-'));
  let editor: Editor;

  beforeAll(async () => {
    editor = await startEditor({
      folder,
      settings: { 'files.autoSave': 'off' },
      environment: { DISC_MODELS_DIR: ownModels },
    });
    await editor.meet();
  }, 600_000);

  afterAll(async () => {
    await editor?.close();
    for (const made of [folder, ownModels]) rmSync(made, { recursive: true, force: true });
  });

  const shot = (name: string) => editor.page.screenshot({ path: join(screenshots, `models-${name}.png`) });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await shot(`failed-${task.name.slice(0, 12).replaceAll(' ', '-')}`);
  });

  it('says in an empty workspace what can be done there', async () => {
    await editor.command('Disc Labeling: Focus on Runs View');
    const welcome = editor.view('Runs').locator('.welcome-view-content');
    await (await editor.entry('Models', 'spine-whole')).waitFor();
    await expect.poll(() => welcome.innerText()).toMatch(/train/i);
    await shot('empty-workspace');
  });

  it('opens the demo, labelled', async () => {
    await editor.command('Disc Labeling: Open Demo');
    await editor.choosePath('Folder for the demo', folder);
    const viewer = await editor.viewer('sub-001');
    await viewer.reach('labelled');
    expect((await viewer.discs()).map(({ name }) => name).slice(0, 3)).toEqual(['C2/C3', 'C3/C4', 'C4/C5']);
    await viewer.settled();
    await shot('demo');
  });

  it('goes on from the labels of a rater', async () => {
    const viewer = await editor.viewer('sub-001');
    const off = async () => [...new Set(await viewer.frame.locator('.disc-row .off-by').allInnerTexts())];
    expect(await off()).not.toEqual(['0.0 mm']);
    await viewer.frame.getByText('Use Saved Labels').click();
    await expect.poll(off, { timeout: 60_000 }).toEqual(['0.0 mm']);
    await shot('from-labels');
    await viewer.frame.locator('.stage').focus();
    await editor.page.keyboard.press('ControlOrMeta+Z');
    await expect.poll(off, { timeout: 60_000 }).not.toEqual(['0.0 mm']);
  });

  it('asks about a volume only while the user stays with it', async () => {
    await editor.command('Disc Labeling: Choose Model');
    const list = editor.page.locator('.quick-input-widget:visible', { hasText: 'Model for sub-001' });
    await list.waitFor();
    await shot('choose-model');
    await editor.view('Models').locator('.monaco-list').focus();
    await list.waitFor({ state: 'hidden' });
  });

  it('saves the picture of the attention where it is told to', async () => {
    await editor.command('Disc Labeling: Show Attention');
    await editor.notified('What spine-whole looks at in sub-001', 'Save As');
    await editor.choosePath('Save Attention', path('attention.png'));
    await expect.poll(() => existsSync(path('attention.png'))).toBe(true);
    expect([...readFileSync(path('attention.png')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    expect(statSync(path('attention.png')).size).toBeGreaterThan(10_000);
  });

  it('averages models, fits the scores of the mean, and measures it', async () => {
    const heading = async () => (await editor.webview('table')).locator('h1').innerText();
    await editor.entry('Models', 'neck-t1w');
    await editor.command('Disc Labeling: Average Models');
    await editor.pick('Average Models', 'neck-t1w');
    // A look at something else takes no answer away.
    await editor.view('Models').locator('.monaco-list').focus();
    await shot('average');
    await editor.pick('Average Models', 'neck-t2w');
    await editor.done();
    await editor.answer('Name of the model', 'necks');
    await editor.notified('necks is the mean of neck-t1w, neck-t2w');
    await (await editor.entry('Models', 'necks')).click({ button: 'right' });
    await editor.menu('Calibrate Scores');
    await editor.pick('Calibrate the scores of necks', 'Necks');
    await editor.answer('How many?', '40');
    await editor.notified('The scores of necks now say how likely a disc is right.', 'Show Table');
    await expect.poll(heading, { timeout: 60_000 }).toBe('Scores of necks');
    await shot('calibrated');
    await (await editor.entry('Models', 'necks')).click({ button: 'right' });
    await editor.menu('Measure on Synthetic Spines');
    await editor.pick('Measure necks', 'Necks, T2w');
    await editor.answer('How many?', '8');
    await expect.poll(heading, { timeout: 60_000 }).toBe('necks on 8 synthetic spines');
    const page = await editor.webview('table');
    expect(await page.locator('table').first().innerText()).toMatch(/can be seen/);
    await shot('measured');
  });

  it('makes another model the default one', async () => {
    await (await editor.entry('Models', 'neck-t1w-plain')).click({ button: 'right' });
    await editor.menu('Make Default Model');
    const rows = editor.view('Models').locator('.monaco-list-row');
    await rows.filter({ hasText: /neck-t1w-plain.*default/ }).waitFor();
    expect(await rows.filter({ hasText: 'default' }).count()).toBe(1);
    await shot('default');
  });

  it('compares two models on one set, from the view', async () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli, 'dataset', 'prepare', path('disc-labeling-demo'), path('prepared'), '--split', 'all', '--quiet'],
      { encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    await (await editor.entry('Models', 'spine-whole')).click({ button: 'right' });
    await editor.menu('Compare Models');
    await editor.pick('Compare spine-whole with which model?', 'neck-t1w-plain');
    await editor.pick('Test on which set?', 'prepared');
    const verdict = await editor.notified(/spine-whole and neck-t1w-plain|better|differ/, 'Open Report');
    await shot('verdict');
    expect(verdict).toMatch(/spine-whole|neck-t1w-plain|discs/i);
    const page = await editor.webview('.subjects');
    await page.locator('.comparison').waitFor();
    await shot('comparison');
  });
});
