/** A report saved as one HTML file, in a plain browser without network or editor. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeReportHtml } from '@disc-labeling/server/evaluation/report-html';
import { compareReports } from '@disc-labeling/server/evaluation/compare';
import { buildPages } from '../support/pages.js';
import { chromiumPath } from '../support/editor.js';
import { madeImages, makeReport } from '../support/test-report.js';

const executablePath = chromiumPath();
if (executablePath === null) console.warn('skipped: no Chromium here (DISC_CHROMIUM names one)');

describe.skipIf(executablePath === null)('the report page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-page-'));
  const evil = `<img src=x onerror="document.title='run'"></script><script>document.title='run'</script>`;
  const images = madeImages(2000);
  const report = makeReport({
    images: images.map((image, n) => (n === 0 ? { ...image, name: `${image.name} ${evil}` } : image)),
  });
  const other = makeReport({ images: images.slice(0, 50), seed: 3, spread: 2, model: 'other' });
  let bundle: string;
  let browser: Browser;
  let page: Page;
  const said: string[] = [];

  beforeAll(async () => {
    bundle = await buildPages(join(folder, 'bundle'));
    const comparison = compareReports({ folder: '/a', report }, { folder: '/b', report: other });
    const file = await writeReportHtml(report, folder, { bundle, comparison });
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) said.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    await page.locator('#report[data-state=shown]').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const cells = (column: number): Promise<string[]> =>
    page
      .locator('[data-table=subjects] tbody tr:not(.details)')
      .evaluateAll((rows, at) => rows.map((row) => row.children[at].textContent ?? ''), column);

  test('draws everything, runs nothing of the data, asks for nothing and complains of nothing', async () => {
    await page.locator('.uplot canvas').nth(1).waitFor();
    for (const text of ['Identification rate', 'By level', 'By image', 'Compared with', 'Look Once'])
      expect(await page.getByText(text).count(), text).toBeGreaterThan(0);
    expect(await page.title()).toBe(`Test of ${report.model.title}`);
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(said).toEqual([]);
  });

  test('shows the worst images first, a page at a time', async () => {
    const errors = (await cells(2)).map(Number);
    expect(errors).toHaveLength(50);
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    const subjects = page.locator('section.subjects');
    expect(await subjects.locator('.range').innerText()).toBe('1 to 50 of 2000');
    await subjects.getByRole('button', { name: 'Next page' }).click();
    expect(await subjects.locator('.range').innerText()).toBe('51 to 100 of 2000');
  });

  test('sorts by a heading with the keyboard, and says so', async () => {
    const heading = page.locator('[data-table=subjects] th[data-column=name]');
    await heading.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    expect((await cells(1))[1]).toBe('sub-site0002_T2w');
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    expect((await cells(1))[0]).toBe('sub-site2000_T2w');
    expect(await page.locator('[data-table=subjects] [aria-sort]').count()).toBe(1);
  });

  test('filters by name and unfolds the discs of an image', async () => {
    await page.locator('vscode-text-field.filter-text').locator('input').fill('site0042');
    await expect.poll(() => cells(1)).toEqual(['sub-site0042_T2w']);
    expect(await page.locator('.found').innerText()).toBe('1 of 2000 images');
    const unfold = page.getByRole('button', { name: 'Discs of this image' });
    await unfold.press('Enter');
    expect(await unfold.getAttribute('aria-expanded')).toBe('true');
    const subject = report.subjects.find(({ name }) => name === 'sub-site0042_T2w')!;
    expect(await page.locator('.subject-details tbody tr').count()).toBe(subject.discs.length);
    expect(await page.locator('.subject-details .path').innerText()).toBe(subject.image);
    // Without the editor, nothing pretends to open volumes.
    expect(await page.locator('button.link').count()).toBe(0);
  });

  test('follows the colours the browser prefers', async () => {
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.getElementById('report')!).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
    expect(said).toEqual([]);
  });
});
