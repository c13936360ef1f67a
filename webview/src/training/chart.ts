import uPlot from 'uplot';
import { h, setAttribute } from '../common/dom.js';
import { lineSample } from '../common/line-sample.js';
import { alignedData, described, type ChartName, type Line } from './series.js';
import type { ChartTheme } from './theme.js';

/** CSS pixels. */
const height = 210;

export interface ChartOptions {
  readonly name: ChartName;
  readonly title: string;
  /** How values are written in the legend. */
  readonly show: (value: number) => string;
  /** How they are written on the axis. */
  readonly tick: (value: number) => string;
  /** Fixed ends of the y axis. */
  readonly range?: readonly [number, number];
  /** The user chose a stretch of epochs, or (null) all of them. */
  readonly zoomed: (range: Zoom | null) => void;
}

/** A stretch of epochs. */
export interface Zoom {
  readonly min: number;
  readonly max: number;
}

/** How the lines are drawn. */
export interface Drawing {
  /** Epoch (0-based) that is marked. */
  readonly best: number | null;
  readonly log: boolean;
  readonly theme: ChartTheme;
  /** Where all charts begin and end while nothing is zoomed. */
  readonly whole: Zoom;
}

/** Opacity of lines behind the others. */
const faintness = 0.35;

/** A line's piece for the legend. */
function sample({ color, look, dash }: Line, theme: ChartTheme): string {
  const stroke = theme.line(color);
  if (look !== 'faint') return lineSample(stroke, dash, look ? 1 : 2);
  return lineSample(`color-mix(in srgb, ${stroke} ${100 * faintness}%, transparent)`);
}

/** One chart: curves over epochs, a legend with the values under the pointer, zoom by dragging. */
export class Chart {
  readonly element: HTMLElement;
  readonly #options: ChartOptions;
  readonly #body = h('div', { class: 'chart-body' });
  #plot: uPlot | null = null;
  /** What the plot was built for; data alone can be exchanged. */
  #built = '';
  #zoom: Zoom | null = null;
  #whole: Zoom = { min: 0, max: 1 };
  #best: number | null = null;
  #theme: ChartTheme | null = null;
  /** While the plot is moved by us, it does not tell of zooms. */
  #moving = false;

  constructor(options: ChartOptions) {
    this.#options = options;
    this.element = h(
      'figure',
      { class: 'chart', 'data-chart': options.name },
      h('figcaption', {}, options.title),
      this.#body,
    );
    new ResizeObserver(() => this.#resize()).observe(this.#body);
  }

  /** Draws the lines. */
  draw(lines: readonly Line[], { best, log, theme, whole }: Drawing): void {
    this.#best = best;
    this.#whole = whole;
    const { title, show } = this.#options;
    setAttribute(this.#body, 'role', 'img');
    setAttribute(this.#body, 'aria-label', described(title, lines, show));
    const built = JSON.stringify([
      lines.map(({ label, color, look, dash }) => [label, color, look, dash]),
      log,
    ]);
    const data = alignedData(lines);
    if (this.#plot && built === this.#built && theme === this.#theme) return this.#setData(data);
    this.#theme = theme;
    this.#built = built;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#plotOptions(lines, log, theme), data, this.#body);
    this.#setData(data);
  }

  /** Shows a stretch of epochs, or everything. */
  zoom(range: Zoom | null): void {
    this.#zoom = range;
    if (this.#plot) this.#setData(this.#plot.data);
  }

  #setData(data: uPlot.AlignedData): void {
    const plot = this.#plot!;
    this.#moving = true;
    plot.batch(() => {
      plot.setData(data, false);
      plot.setScale('x', this.#zoom ?? this.#whole);
    });
    this.#moving = false;
    this.#showLatest(plot);
  }

  /** While the pointer is elsewhere, the legend has the latest values. */
  #showLatest(plot: uPlot): void {
    if (typeof plot.cursor.idx === 'number') return;
    const latest = plot.data.map((ys) => {
      const last = ys.findLastIndex((y) => y !== null && y !== undefined);
      return last < 0 ? null : last;
    });
    // The types know of numbers only; no value is null.
    plot.setLegend({ idxs: latest as number[] }, false);
  }

  #resize(): void {
    const width = this.#body.clientWidth;
    if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height });
  }

  #plotOptions(lines: readonly Line[], log: boolean, theme: ChartTheme): uPlot.Options {
    const { tick, range } = this.#options;
    const axis = {
      stroke: theme.text,
      font: theme.font,
      grid: { stroke: theme.grid, width: 1 },
      ticks: { show: false },
    };
    return {
      width: Math.max(100, this.#body.clientWidth),
      height,
      padding: [8, 12, 0, 0],
      scales: {
        x: { time: false },
        y: { ...(log ? { distr: 3 } : {}), ...(range ? { range: [...range] as [number, number] } : {}) },
      },
      axes: [
        { ...axis, size: 28, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] },
        {
          ...axis,
          size: 58,
          values: (_plot, ticks) => ticks.map((value) => (value === null ? '' : tick(value))),
        },
      ],
      series: [
        { label: '', value: (_plot, x) => (x === null ? '' : String(Number(x.toFixed(2)))) },
        ...lines.map((line) => this.#series(line, theme)),
      ],
      cursor: { sync: { key: 'epochs' }, drag: { x: true, y: false }, points: { size: 7 } },
      legend: {
        live: true,
        markers: { width: 0, fill: (_plot, i) => sample(lines[i - 1]!, theme) },
      },
      hooks: {
        draw: [(plot) => this.#markBest(plot, theme)],
        setCursor: [(plot) => this.#showLatest(plot)],
        setScale: [(plot, key) => this.#scaled(plot, key)],
      },
    };
  }

  #series({ label, color, look, dash, ys }: Line, theme: ChartTheme): uPlot.Series {
    const stroke = theme.line(color);
    return {
      label,
      stroke,
      ...(look === 'faint' ? { alpha: faintness } : {}),
      width: look ? 1 : 1.75,
      ...(dash ? { dash: dash.map((length) => length * devicePixelRatio) } : {}),
      // A single epoch has no line; many points would hide it.
      points: {
        show: look !== 'faint' && ys.length <= 40,
        size: look === 'thin' && ys.length > 1 ? 3 : 5,
        stroke,
        fill: stroke,
      },
      spanGaps: true,
      value: (_plot, value) => (value === null || value === undefined ? '–' : this.#options.show(value)),
    };
  }

  #scaled(plot: uPlot, key: string): void {
    if (key !== 'x' || this.#moving || plot !== this.#plot) return;
    const { min, max } = plot.scales['x']!;
    if (typeof min !== 'number' || typeof max !== 'number') return;
    const whole = min <= this.#whole.min && max >= this.#whole.max;
    this.#zoom = whole ? null : { min, max };
    this.#options.zoomed(this.#zoom);
  }

  /** A line where the best epoch ended. */
  #markBest(plot: uPlot, theme: ChartTheme): void {
    if (this.#best === null) return;
    const x = plot.valToPos(this.#best + 1, 'x', true);
    const { ctx, bbox } = plot;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = theme.text;
    ctx.globalAlpha = 0.5;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }
}
