/** A test report as one HTML file that needs nothing else: for sharing. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { productRoot } from '../places.js';
import type { ReportComparison, ReportSubject, TestReport } from '../protocol/index.js';
import { version } from '../version.js';
import { writeWhole } from '../volume/write-whole.js';

/** Pictures of so many images go in, the worst first, and not more than so many bytes of them. */
const mostPictures = 60;
const mostPictureBytes = 24e6;

export interface ReportHtmlOptions {
  /** Where it goes; default `index.html` in the report's folder. */
  readonly file?: string;
  /** Shown with it. */
  readonly comparison?: ReportComparison | null;
  /** Folder of the page's bundle; default the product's own. */
  readonly bundle?: string;
}

/**
 * Writes a report as one page: script, style, data and pictures are all in it, it fetches nothing, and only its own
 * script may run.
 * @param folder the report's, where its pictures lie
 * @returns path of the file
 * @throws UserError the product is not built, or the file can't be written
 */
export async function writeReportHtml(
  report: TestReport,
  folder: string,
  { file = join(folder, 'index.html'), comparison = null, bundle }: ReportHtmlOptions = {},
): Promise<string> {
  const parts = await readBundle(bundle ?? join(productRoot, 'dist', 'webview'));
  const state = {
    // A page that is passed on lies elsewhere, and while a report is made its folder has a passing name.
    folder: '',
    report: withoutPlaces(report),
    problem: null,
    pictures: await readPictures(report, folder),
    comparison,
    comparing: false,
  };
  await writeWhole(file, reportPage(parts, report.model.title, state));
  return file;
}

/** What the page is made of. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

async function readBundle(folder: string): Promise<PageBundle> {
  const read = async (name: string): Promise<Buffer> => {
    const path = join(folder, name);
    try {
      return await readFile(path);
    } catch (cause) {
      throw new UserError(
        'cannot write report',
        `a part of the product is missing (${reasonOf(cause, 'reading')}): run npm run build`,
        path,
        { cause },
      );
    }
  };
  const [script, style] = await Promise.all([read('report.js'), read('report.css')]);
  return { script: script.toString(), style: await withFonts(style.toString(), read) };
}

/** The icons' typeface as a `data:` address. */
async function withFonts(style: string, read: (name: string) => Promise<Buffer>): Promise<string> {
  const address = /url\(["']?(?:\.\/)?([\w.-]+\.ttf)(?:\?[^)"']*)?["']?\)/g;
  const names = [...new Set([...style.matchAll(address)].map(([, name]) => name))];
  const fonts = new Map<string, string>();
  for (const name of names) fonts.set(name, (await read(name)).toString('base64'));
  return style.replace(address, (_, name: string) => `url("data:font/ttf;base64,${fonts.get(name)}")`);
}

/**
 * The page's HTML. The script and the style are named by their hashes in its content security policy, so that
 * nothing else runs, whatever the data says; data can't end its element, because it has no `<`.
 * @param state as `ReportState` of the page's messages
 */
export function reportPage({ script, style }: PageBundle, title: string, state: unknown): string {
  const code = script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '').replace(/<\/(script)/gi, '<\\/$1');
  const rules = style.replace(/\n?\/\*# sourceMappingURL=.*\*\/\s*$/, '').replace(/<\/(style)/gi, '<\\/$1');
  const policy = [
    `default-src 'none'`,
    `script-src '${hashOf(code)}'`,
    // The widgets try out a selector in an empty style element.
    `style-src '${hashOf(rules)}' '${hashOf('')}'`,
    'img-src data:',
    'font-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="en" data-standalone>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="disc-labeling ${version}">
<title>${escapeHtml(`Test of ${title}`)}</title>
<style>${rules}</style>
</head>
<body data-l10n="{}">
<noscript>This report draws its tables with the script inside this file; allow it to run.</noscript>
<div id="report" data-page="report" data-state="loading"></div>
<script type="application/json" id="embedded-state">${embeddedJson(state)}</script>
<script>${code}</script>
</body>
</html>
`;
}

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** JSON that can stand in a script element: no `<`, so neither an end tag nor a comment can begin in it. */
export const embeddedJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The report without the places of discs, which the page doesn't show, and with rounded numbers. */
function withoutPlaces(report: TestReport): unknown {
  const round = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(3)));
  return {
    ...report,
    subjects: report.subjects.map((subject) => ({
      ...subject,
      discs: subject.discs.map(({ value, name, outcome, predicted, distance }) => ({
        value,
        name,
        outcome,
        distance: round(distance),
        predicted: predicted && {
          value: predicted.value,
          name: predicted.name,
          score: round(predicted.score),
        },
      })),
    })),
  };
}

/** Pictures as `data:` addresses by the subject's name, the worst subjects first until there are enough. */
async function readPictures(report: TestReport, folder: string): Promise<Record<string, string>> {
  const pictures: Record<string, string> = {};
  let bytes = 0;
  let count = 0;
  for (const { name, picture } of [...report.subjects].sort((a, b) => badness(b) - badness(a))) {
    if (picture === null || !isBelow(picture)) continue;
    // One that was deleted is simply not shown.
    const png = await readFile(join(folder, picture)).catch(() => null);
    if (!png) continue;
    if (count >= mostPictures || bytes + png.length > mostPictureBytes) break;
    pictures[name] = `data:image/png;base64,${png.toString('base64')}`;
    bytes += png.length;
    count++;
  }
  return pictures;
}

/** A report from elsewhere must not bring files from outside of its folder into the page. */
const isBelow = (name: string): boolean =>
  !isAbsolute(name) && !normalize(name).split(/[\\/]/).includes('..');

/** As the page ranks them: errors first, then the largest distance. */
function badness({ counts, discs }: ReportSubject): number {
  const errors = counts.total - counts.identified + counts.false;
  const largest = discs.reduce((most, { distance }) => Math.max(most, distance ?? 0), 0);
  return errors + Math.min(largest, 999) / 1000;
}
