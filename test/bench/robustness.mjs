/**
 * Draws the robustness sheets of models as one picture, a small chart for each condition:
 *
 *     npx disc-labeling evaluate spine-whole --robustness --phantoms 60 --json > spine-whole.json
 *     node test/bench/robustness.mjs docs/images/robustness.png spine-whole.json spine-whole.json …
 *
 * Needs a Chromium (`DISC_CHROMIUM`, or where Debian puts it).
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [out, ...files] = process.argv.slice(2);
if (files.length === 0) throw new Error('give the picture to write and at least one sheet');
const sheets = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8'))));
const uplot = (name) =>
  readFile(fileURLToPath(new URL(`../../node_modules/uplot/dist/${name}`, import.meta.url)), 'utf8');

/** Runs in the page. */
function draw({ sheets, colours }) {
  const { uPlot } = globalThis;
  const chart = document.getElementById('charts');
  const first = sheets[0];
  for (const [n, { title, unit, points }] of first.curves.entries()) {
    const place = chart.appendChild(document.createElement('figure'));
    const caption = place.appendChild(document.createElement('figcaption'));
    caption.textContent = `${title} (${unit})`;
    const values = points.map(({ value }) => value);
    const font = '12px DejaVu Sans, sans-serif';
    const share = ({ summary }) => (summary.total === 0 ? null : (100 * summary.identified) / summary.total);
    new uPlot(
      {
        width: 330,
        height: 210,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: [0, 100] } },
        axes: [
          { font, splits: () => values, values: (_, ticks) => ticks.map(String), grid: { show: false } },
          { font, values: (_, ticks) => ticks.map((v) => `${v} %`), size: 56 },
        ],
        series: [
          {},
          ...sheets.map((_, m) => ({
            stroke: colours[m],
            width: 2,
            dash: m % 2 === 1 ? [6, 4] : undefined,
            points: { show: true, size: 6, fill: colours[m] },
          })),
        ],
      },
      [values, ...sheets.map((sheet) => sheet.curves[n].points.map(share))],
      place,
    );
  }
}

/** Told apart by readers who see no red or green as well (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const key = sheets.map(
  ({ model }, n) => `<span><i style="background:${colours[n]}"></i>${model.replace(/[^\w.-]/g, '')}</span>`,
);
const browser = await chromium.launch({
  executablePath: process.env.DISC_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1080, height: 900 }, deviceScaleFactor: 1.5 });
  await page.setContent(`<!doctype html><style>${await uplot('uPlot.min.css')}
    body { margin: 0; padding: 16px; background: #fff; color: #222; font: 13px DejaVu Sans, sans-serif; width: 1032px; }
    header { display: flex; gap: 24px; margin-bottom: 12px; }
    i { display: inline-block; width: 22px; height: 4px; margin-right: 8px; vertical-align: middle; }
    #charts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px; }
    figure { margin: 0; } figcaption { font-weight: bold; margin: 0 0 4px 56px; }
  </style><body><header>Discs within 5 mm under their name: ${key.join('')}</header><div id="charts"></div></body>`);
  await page.addScriptTag({ content: await uplot('uPlot.iife.min.js') });
  await page.evaluate(draw, { sheets, colours });
  await page.locator('body').screenshot({ path: out });
} finally {
  await browser.close();
}
