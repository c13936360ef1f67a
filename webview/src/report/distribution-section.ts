import uPlot from 'uplot';
import { h } from '../common/dom.js';
import { lineSample } from '../common/line-sample.js';
import { t } from '../common/localize.js';
import { none, percent } from '../common/numbers.js';
import type { ShownReport } from '../messages/report.js';
import { axis, Chart, type ChartColours, type ChartOptions } from './chart.js';
import { cumulative, distanceLimit, distancesOf, histogramOf, spreadOf, type Spread } from './figures.js';

const chartHeight = 250;

/** Where errors lie: how many discs at which distance, and how it differs by level. */
export class DistributionSection {
  readonly element: HTMLElement;
  readonly #charts: Chart[];

  constructor(report: ShownReport) {
    this.#charts = [histogram(report), levels(report)];
    this.element = h(
      'section',
      { class: 'distribution', 'aria-labelledby': 'distribution-title' },
      h('h2', { id: 'distribution-title' }, t('Distances')),
      h(
        'p',
        { class: 'explain' },
        t(
          'Between each true disc and the prediction of its name. A disc without such a prediction has no distance; the curve says how many of all true discs lie within each distance.',
        ),
      ),
      h('div', { class: 'charts' }, ...this.#charts.map(({ element }) => element)),
    );
  }

  dispose(): void {
    for (const chart of this.#charts) chart.dispose();
  }
}

function histogram(report: ShownReport): Chart {
  const distances = distancesOf(report);
  const { toleranceMm, summary } = report;
  const limit = distanceLimit(distances, toleranceMm);
  const { edges, width, counts } = histogramOf(distances, limit);
  const within = cumulative(distances, summary.total, edges);
  const share = (place: number): string => percent(cumulative(distances, summary.total, [place])[0]);
  const label = t(
    'Histogram of {0} distances: {1} of the true discs within 1 mm, {2} within 2 mm, {3} within {4} mm.',
    distances.length,
    share(1),
    share(2),
    share(toleranceMm),
    toleranceMm,
  );
  const end = edges[edges.length - 1] + width;
  const data: uPlot.AlignedData = [
    [...edges, end],
    [...counts, null],
    [...within, cumulative(distances, summary.total, [Infinity])[0]],
  ];
  const binName = (index: number | null): string => {
    if (index === null || index >= edges.length) return none;
    const from = edges[index];
    return index === edges.length - 1
      ? t('{0} mm and more', from)
      : t('{0} to {1} mm', from, Number((from + width).toFixed(2)));
  };
  return new Chart(t('How many discs at which distance'), label, chartHeight, data, (colours) => ({
    ...plain,
    scales: {
      x: { time: false, range: [0, end] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] },
      share: { range: [0, 1] },
    },
    axes: [
      axis(colours, { label: t('mm'), space: 40, size: 26 }),
      axis(colours, {
        label: t('discs'),
        size: 46,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
      }),
      axis(colours, {
        scale: 'share',
        side: 1,
        size: 46,
        grid: { show: false },
        values: (_, splits) => splits.map((split) => `${Math.round(100 * split)} %`),
      }),
    ],
    series: [
      { label: t('Distance'), value: (_, __, ___, index) => binName(index) },
      {
        label: t('Discs'),
        stroke: colours.bar,
        fill: colours.barFill,
        width: 1,
        paths: uPlot.paths.bars!({ align: 1, size: [1, Infinity], gap: 1 }),
        points: { show: false },
        value: (_, value: number | null) => (value === null ? none : String(value)),
      },
      {
        label: t('Within'),
        scale: 'share',
        stroke: colours.line,
        width: 2,
        points: { show: false },
        value: (_, value: number | null) => percent(value),
      },
    ],
    legend: {
      live: true,
      markers: { width: 0, fill: (_, i) => (i === 1 ? colours.barFill : lineSample(colours.line)) },
    },
    hooks: { draw: [(plot) => verticalMark(plot, toleranceMm, colours)] },
  }));
}

function levels(report: ShownReport): Chart {
  const shown = report.levels.filter(({ total }) => total > 0);
  const spreads = shown.map(({ value }) => spreadOf(distancesOf(report, value)));
  const data: uPlot.AlignedData = [
    shown.map((_, index) => index),
    ...[0, 1, 2, 3, 4].map((which) => spreads.map((spread) => spread?.[which] ?? null)),
  ];
  const widest = shown.filter((_, index) => spreads[index]);
  const worst = widest.reduce<(typeof shown)[number] | null>(
    (most, level) => ((most?.distance.median ?? -1) >= (level.distance.median ?? -1) ? most : level),
    null,
  );
  const label = t(
    'Distances by level as boxes; the table of levels has the numbers. Largest median: {0}.',
    worst?.name ?? none,
  );
  const value = (_: uPlot, number: number | null): string =>
    number === null ? none : t('{0} mm', number.toFixed(2));
  const hidden = (name: string): uPlot.Series => ({
    label: name,
    paths: () => null,
    points: { show: false },
    value,
  });
  // Names stand aslant where there is no room beside each other; the last one reaches beyond its place.
  const crowded = (width: number): boolean => width / Math.max(1, shown.length) < 52;
  return new Chart(t('By level'), label, chartHeight, data, (colours, width) => ({
    ...plain,
    padding: [8, crowded(width) ? 26 : 8, 0, 0],
    scales: {
      x: { time: false, range: [-0.6, Math.max(0, shown.length - 1) + 0.6] },
      y: { range: (_, __, max) => [0, Math.max(1, (max || 0) * 1.08)] },
    },
    axes: [
      axis(colours, {
        splits: shown.map((_, index) => index),
        values: shown.map(({ name }) => name),
        rotate: crowded(width) ? -55 : 0,
        size: crowded(width) ? 56 : 30,
        grid: { show: false },
      }),
      axis(colours, { label: t('mm'), size: 46 }),
    ],
    series: [
      {
        label: t('Level'),
        value: (_, __, ___, index) => (index === null ? none : (shown[index]?.name ?? none)),
      },
      hidden(t('5 %')),
      hidden(t('25 %')),
      hidden(t('Median')),
      hidden(t('75 %')),
      hidden(t('95 %')),
    ],
    hooks: { draw: [(plot) => drawBoxes(plot, spreads, colours)] },
  }));
}

const plain: Pick<ChartOptions, 'cursor' | 'legend' | 'padding'> = {
  cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
  // The numbers of what is under the pointer; boxes have no lines of their own.
  legend: { live: true, markers: { show: false } },
  padding: [8, 8, 0, 0],
};

/** The tolerance within which a disc counts as identified. */
function verticalMark(plot: uPlot, place: number, colours: ChartColours): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(place, 'x', true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = colours.warning;
  ctx.fillStyle = colours.muted;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  ctx.fillText(t('tolerance'), x - 5 * devicePixelRatio, bbox.top + bbox.height / 2);
  ctx.restore();
}

/** Boxes from 25 to 75 % with a line at the median, whiskers from 5 to 95 %. */
function drawBoxes(plot: uPlot, spreads: readonly (Spread | null)[], colours: ChartColours): void {
  const { ctx } = plot;
  const spacing = plot.valToPos(1, 'x', true) - plot.valToPos(0, 'x', true);
  const half = Math.max(2, Math.min(spacing * 0.3, 14 * devicePixelRatio));
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  spreads.forEach((spread, index) => {
    if (!spread) return;
    const x = plot.valToPos(index, 'x', true);
    const [low, first, middle, third, high] = spread.map((mm) => plot.valToPos(mm, 'y', true));
    ctx.strokeStyle = colours.bar;
    ctx.fillStyle = colours.barFill;
    ctx.beginPath();
    ctx.moveTo(x, low);
    ctx.lineTo(x, first);
    ctx.moveTo(x, third);
    ctx.lineTo(x, high);
    for (const end of [low, high]) {
      ctx.moveTo(x - half / 2, end);
      ctx.lineTo(x + half / 2, end);
    }
    ctx.stroke();
    ctx.fillRect(x - half, third, 2 * half, first - third);
    ctx.strokeRect(x - half, third, 2 * half, first - third);
    ctx.strokeStyle = colours.line;
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x - half, middle);
    ctx.lineTo(x + half, middle);
    ctx.stroke();
    ctx.lineWidth = devicePixelRatio;
  });
  ctx.restore();
}
