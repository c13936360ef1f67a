import uPlot from 'uplot';
import { h } from '../common/dom.js';

/** Colours of the theme, as a canvas needs them. */
export interface ChartColours {
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly bar: string;
  readonly barFill: string;
  readonly line: string;
  readonly warning: string;
  readonly background: string;
}

export type ChartOptions = Omit<uPlot.Options, 'width' | 'height'>;

/** A uPlot chart that is as wide as its place and follows the theme. */
export class Chart {
  readonly element: HTMLElement;
  readonly #place = h('div', { class: 'plot' });
  readonly #options: (colours: ChartColours, width: number) => ChartOptions;
  readonly #data: uPlot.AlignedData;
  readonly #height: number;
  readonly #observers: { disconnect(): void }[] = [];
  #plot: uPlot | null = null;
  #drawn = '';

  /** @param label what the chart says, for those who can't see it */
  constructor(
    title: string,
    label: string,
    height: number,
    data: uPlot.AlignedData,
    options: (colours: ChartColours, width: number) => ChartOptions,
  ) {
    this.#data = data;
    this.#height = height;
    this.#options = options;
    this.#place.setAttribute('role', 'img');
    this.#place.setAttribute('aria-label', label);
    this.element = h('figure', { class: 'chart' }, h('figcaption', {}, title), this.#place);
    const size = new ResizeObserver(() => this.#draw());
    size.observe(this.#place);
    // VS Code changes the class and the variables of the page when the theme changes.
    const theme = new MutationObserver(() => this.#draw());
    theme.observe(document.body, { attributeFilter: ['class'] });
    theme.observe(document.documentElement, { attributeFilter: ['style'] });
    this.#observers.push(size, theme);
  }

  #draw(): void {
    const width = Math.floor(this.#place.clientWidth);
    if (width <= 0) return;
    const colours = readColours(this.#place);
    const key = JSON.stringify(colours);
    if (this.#plot && key === this.#drawn) {
      if (this.#plot.width !== width) this.#plot.setSize({ width, height: this.#height });
      return;
    }
    this.#plot?.destroy();
    this.#drawn = key;
    this.#plot = new uPlot(
      { ...this.#options(colours, width), width, height: this.#height },
      this.#data,
      this.#place,
    );
  }

  dispose(): void {
    for (const observer of this.#observers) observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }
}

function readColours(element: HTMLElement): ChartColours {
  const style = getComputedStyle(element);
  const value = (...names: string[]): string =>
    names.map((name) => style.getPropertyValue(name).trim()).find(Boolean) ?? style.color;
  // A probe turns `color-mix` and the like into a colour a canvas understands.
  const resolved = (expression: string): string => {
    const probe = h('span');
    probe.style.color = expression;
    element.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const text = value('--vscode-foreground');
  const bar = value('--vscode-charts-blue');
  return {
    text,
    muted: value('--vscode-descriptionForeground', '--vscode-foreground'),
    grid: resolved(`color-mix(in srgb, ${text} 14%, transparent)`),
    bar,
    barFill: resolved(`color-mix(in srgb, ${bar} 45%, transparent)`),
    line: value('--vscode-charts-yellow'),
    warning: value('--vscode-charts-red', '--vscode-errorForeground'),
    background: value('--vscode-editor-background'),
  };
}

/** An axis in the theme's colours. */
export const axis = (colours: ChartColours, more: uPlot.Axis): uPlot.Axis => ({
  stroke: colours.muted,
  font: '11px system-ui, sans-serif',
  labelFont: '11px system-ui, sans-serif',
  labelSize: 18,
  grid: { stroke: colours.grid, width: 1 },
  ticks: { stroke: colours.grid, width: 1, size: 4 },
  ...more,
});
