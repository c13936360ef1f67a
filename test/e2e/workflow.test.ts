/**
 * The whole workflow in the real editor, by palette and clicks, on synthetic data: draw, gather, configure, prepare,
 * train, stop, resume, evaluate, test, look, animate, export. Screenshots are kept in test-results/e2e, and
 * `DISC_E2E_THEME` names the colour theme they are taken in.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canRunEditor, screenshots, startEditor } from '../support/e2e.js';
import type { Editor } from '../support/editor.js';

const theme = process.env['DISC_E2E_THEME'] ?? 'Light Modern';

/** Goes on from the model that ships, so that a few steps leave one that finds discs. */
const configuration = {
  formatVersion: 1,
  name: 'first',
  contrast: 'any',
  initial: 'spine-whole',
  dataset: { source: 'set' },
  output: 'runs/first',
  training: {
    epochs: 6,
    stepsPerEpoch: 6,
    trainBatch: 2,
    valBatch: 2,
    optimizer: 'adam',
    lr: 1e-5,
    loss: { kind: 'weighted' },
  },
};
const { epochs } = configuration.training;

describe.skipIf(!canRunEditor())('from a dataset to a tested model in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'disc-workflow-'));
  const path = (...names: string[]): string => join(folder, ...names);
  const run = path('runs', 'first');
  let editor: Editor;
  let dashboard: Frame;

  beforeAll(async () => {
    editor = await startEditor({
      folder,
      settings: { 'workbench.colorTheme': theme, 'discLabeling.labelOnOpen': false },
    });
    await editor.meet();
  });

  afterAll(async () => {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await shot('failed');
    await editor.page.keyboard.press('Escape');
    await editor.command('Notifications: Show Notifications');
    await shot('failed-notifications');
  });

  const shot = (name: string) =>
    editor.page.screenshot({
      path: join(screenshots, `workflow-${theme.toLowerCase().replaceAll(' ', '-')}-${name}.png`),
    });

  it('draws a dataset and gathers it', async () => {
    await editor.command('Disc Labeling: Synthesize Dataset');
    await editor.answer('How many subjects', '6');
    await editor.answer('Folder to write to', path('bids'));
    expect(await editor.notified('6 synthetic subjects in bids')).not.toContain('Left out');
    await shot('synthesized');
    const bids = editor.page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'bids' }).first();
    await bids.click({ button: 'right' });
    await editor.menu('Create Dataset');
    await editor.answer('Folder to write to', path('set'));
    await editor.notified('6 subjects gathered in set');
    expect(existsSync(path('set', 'dataset.json'))).toBe(true);
  });

  it('writes a configuration', async () => {
    await editor.command('Disc Labeling: New Configuration');
    await editor.pick('New Configuration', 'Light network on synthetic spines');
    await editor.page.locator('.tab.active', { hasText: 'disc-labeling.json' }).waitFor();
    await editor.page.locator('.codelens-decoration', { hasText: 'Train' }).waitFor();
    await shot('configuration');
    const file = path('disc-labeling.json');
    const { network } = JSON.parse(readFileSync(file, 'utf8')) as { network: string };
    expect(network).toBe('light');
    // As an experienced user leaves it, for a training of a minute on the gathered data.
    await editor.command('View: Close Editor');
    writeFileSync(file, JSON.stringify({ ...configuration, network }, null, 2));
  });

  it('prepares samples by a lens', async () => {
    await editor.show('disc-labeling.json');
    await editor.lens('Prepare');
    const told = await editor.notified(/\d+ samples in prepared, \d+ for testing in prepared-test/);
    expect(Number.parseInt(told, 10)).toBeGreaterThan(2);
    await shot('prepared');
  });

  it('trains by a lens, and shows curves, pictures and figures', async () => {
    await editor.lens('Train');
    dashboard = await editor.webview('.header .badge');
    await dashboard.locator('tr[data-epoch="1"]').waitFor();
    await expectCurves();
    await dashboard.waitForFunction(() => {
      const picture = document.querySelector<HTMLImageElement>('img.validation');
      return picture !== null && picture.complete && picture.naturalWidth > 100;
    });
    expect(await dashboard.locator('.badge').innerText()).toBe('Training');
    expect(await dashboard.locator('.facts').innerText()).toMatch(/onnxruntime-cpu/);
    await shot('training');
  });

  it('stops at a checkpoint and goes on', async () => {
    await dashboard.locator('vscode-button', { hasText: 'Stop' }).click();
    await dashboard.locator('[data-state="stopped"]').first().waitFor();
    await shot('stopped');
    await dashboard.locator('vscode-button', { hasText: 'Resume' }).click();
    await dashboard.locator('[data-state="training"]').first().waitFor();
    await dashboard.locator('tr[data-epoch="3"]').waitFor();
  });

  it('offers to go on after the window was closed amid a training, and does', async () => {
    await editor.page.reload();
    await editor.notified(/The training first was interrupted after epoch \d of \d/, 'Resume');
    dashboard = await editor.webview('[data-page="training"][data-state="finished"]');
    await dashboard.locator(`tr[data-epoch="${epochs}"]`).waitFor();
    expect(await dashboard.locator('tr[data-epoch]').count()).toBe(epochs);
    await expectCurves();
    await shot('finished');
  });

  /** Something is drawn on every chart. */
  async function expectCurves(): Promise<void> {
    const charts = dashboard.locator('.chart:not([hidden]) canvas');
    await charts.nth(2).waitFor();
    await expect
      .poll(
        () =>
          charts.evaluateAll((canvases) =>
            (canvases as HTMLCanvasElement[]).map(
              (canvas) =>
                new Set(
                  new Uint32Array(
                    canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data.buffer,
                  ),
                ).size,
            ),
          ),
        { timeout: 10_000 },
      )
      .toSatisfy((colours: number[]) => colours.every((count) => count > 10));
  }

  it('evaluates and tests the run', async () => {
    await editor.show('disc-labeling.json');
    await editor.lens('Evaluate');
    expect(await editor.notified(/first on .* PCK/)).toMatch(/PCK [\d.]+ %, dice 0\.\d+/);
    await editor.lens('Test');
    await editor.notified(/discs in \d+ images identified/, 'Open Report');
  });

  it('shows the report: levels, subjects, pictures', async () => {
    const page = await editor.webview('.subjects');
    expect(await page.locator('.levels tbody tr').count()).toBeGreaterThan(5);
    expect(await page.locator('.subjects .name .link').count()).toBeGreaterThan(0);
    await shot('report');
    const picture = page.locator('.worst img').first();
    await picture.scrollIntoViewIfNeeded();
    await expect
      .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(100);
    await shot('report-pictures');
    await page.locator('.subjects .name .link').first().scrollIntoViewIfNeeded();
    await shot('report-subjects');
    await page.locator('.subjects .name .link').first().click();
    const viewer = await editor.viewer('.nii.gz');
    await viewer.frame.locator('.disc-label[data-disc]:not([hidden])').first().waitFor();
    await viewer.frame.locator('.truth-point:visible').nth(3).waitFor();
    await viewer.settled();
    await shot('report-volume');
  });

  it('draws attention and animates the epochs', async () => {
    await editor.command('Disc Labeling: Show Attention');
    await editor.notified('looks at in');
    await editor.page.locator('.tab.active', { hasText: '_attention.png' }).waitFor();
    await shot('attention');
    await (await editor.entry('Runs', 'first')).click({ button: 'right' });
    await editor.menu('Animate Predictions');
    await editor.notified(`${epochs} epochs animated`);
    expect(readFileSync(join(run, 'animation.gif')).subarray(0, 6).toString()).toBe('GIF89a');
    await shot('animation');
  });

  it('exports the model, and lists run and models', async () => {
    const entry = await editor.entry('Runs', 'first');
    expect(await entry.innerText()).toContain(`${epochs} epochs`);
    await entry.click({ button: 'right' });
    await editor.menu('Export Model');
    await editor.choosePath('Export first', path('first.onnx'));
    await editor.notified('exported as first.onnx');
    expect(statSync(path('first.onnx')).size).toBeGreaterThan(1e6);
    expect(await (await editor.entry('Models', 'spine-whole')).innerText()).toContain('shipped');
    await shot('views');
  });
});
