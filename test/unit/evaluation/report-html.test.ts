import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { embeddedJson, reportPage, writeReportHtml } from '@disc-labeling/server/evaluation/report-html';
import { madeImages, makeReport } from '../../support/test-report.js';

let folder: string;
let bundle: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
  bundle = join(folder, 'bundle');
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'report.js'), `run("</script>");\n//# sourceMappingURL=report.js.map\n`);
  writeFileSync(
    join(bundle, 'report.css'),
    `@font-face{src:url("./icons.ttf?abc")}\n/*# sourceMappingURL=report.css.map */\n`,
  );
  writeFileSync(join(bundle, 'icons.ttf'), 'font');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const part = (html: string, pattern: RegExp): string => pattern.exec(html)![1];
const sha = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

describe('a report as one file', () => {
  const evil = `x"'</script><script>alert(1)</script><!--`;

  test('names that try to end their element stay text', async () => {
    const images = madeImages(3).map((image) => ({ ...image, name: `${image.name}${evil}` }));
    const report = makeReport({ images, model: evil });
    const html = readFileSync(await writeReportHtml(report, folder, { bundle }), 'utf8');
    expect(html.match(/<script\b/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toContain('<!--');
    expect(part(html, /<title>(.*?)<\/title>/)).not.toMatch(/[<>"']/);
    const state = JSON.parse(part(html, /id="embedded-state">(.*?)<\/script>/)) as {
      report: typeof report;
    };
    expect(state.report.subjects.map(({ name }) => name)).toEqual(images.map(({ name }) => name));
  });

  test('only its own script and style may run, and nothing may be fetched', async () => {
    const html = readFileSync(await writeReportHtml(makeReport(), folder, { bundle }), 'utf8');
    const policy = part(html, /Content-Security-Policy" content="([^"]+)"/);
    const script = part(html, /<script>([\s\S]*?)<\/script>/);
    const style = part(html, /<style>([\s\S]*?)<\/style>/);
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src '${sha(script)}'`);
    expect(policy).toContain(`style-src '${sha(style)}'`);
    expect(policy).not.toMatch(/unsafe|https?:/);
    expect(script).toBe('run("<\\/script>");');
    expect(style).toBe(`@font-face{src:url("data:font/ttf;base64,${btoa('font')}")}`);
  });

  test('pictures go in, the worst images first; files outside of the folder do not', async () => {
    const images = madeImages(4).map((image, n) => ({
      ...image,
      picture: n === 0 ? '../secret.png' : n === 1 ? 'gone.png' : `pictures/${n}.png`,
    }));
    mkdirSync(join(folder, 'inner', 'pictures'), { recursive: true });
    writeFileSync(join(folder, 'secret.png'), 'secret');
    for (const n of [2, 3]) writeFileSync(join(folder, 'inner', 'pictures', `${n}.png`), `png ${n}`);
    const file = await writeReportHtml(makeReport({ images }), join(folder, 'inner'), { bundle });
    expect(file).toBe(join(folder, 'inner', 'index.html'));
    const state = JSON.parse(part(readFileSync(file, 'utf8'), /id="embedded-state">(.*?)<\/script>/)) as {
      pictures: Record<string, string>;
    };
    expect(state.pictures).toEqual({
      [images[2].name]: `data:image/png;base64,${btoa('png 2')}`,
      [images[3].name]: `data:image/png;base64,${btoa('png 3')}`,
    });
  });

  test('of two thousand images it stays small', async () => {
    const report = makeReport({ images: madeImages(2000) });
    const html = readFileSync(await writeReportHtml(report, folder, { bundle }), 'utf8');
    expect(html.length).toBeLessThan(6e6);
  });

  test('says what to do where the product is not built', async () => {
    await expect(writeReportHtml(makeReport(), folder, { bundle: join(folder, 'none') })).rejects.toThrow(
      /npm run build/,
    );
  });
});

test('embedded JSON has nothing HTML could take for markup, and means the same', () => {
  const value = { text: '</script><!-- & \u2028 "' };
  expect(embeddedJson(value)).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(embeddedJson(value))).toEqual(value);
});

test('the title is the model\u2019s', () => {
  expect(reportPage({ script: '', style: '' }, 'A & B', {})).toContain('<title>Test of A &#38; B</title>');
});
