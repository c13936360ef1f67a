import { h } from '../common/dom.js';
import { t } from '../common/localize.js';
import { link } from './link.js';
import type { Window } from './volume-view.js';

const steps = 1000;

/** Window and level of the grey values, as numbers and sliders. */
export class WindowSection {
  readonly element: HTMLElement;
  readonly #width: HTMLInputElement;
  readonly #level: HTMLInputElement;
  readonly #widthText = h('output', { class: 'number' });
  readonly #levelText = h('output', { class: 'number' });
  #range: Window = { low: 0, high: 1 };

  constructor(change: (window: Window) => void, reset: () => void) {
    const slider = (label: string): HTMLInputElement =>
      h('input', {
        type: 'range',
        min: 0,
        max: steps,
        step: 1,
        'aria-label': label,
        oninput: () => change(this.#read()),
      });
    this.#width = slider(t('Window'));
    this.#level = slider(t('Level'));
    this.element = h(
      'section',
      { class: 'window', 'aria-label': t('Grey values') },
      h('h3', {}, t('Grey values'), link(t('Reset'), reset, { class: 'reset' })),
      h('div', { class: 'slider-line' }, h('span', {}, t('Window')), this.#width, this.#widthText),
      h('div', { class: 'slider-line' }, h('span', {}, t('Level')), this.#level, this.#levelText),
    );
  }

  /** @param range lowest and highest intensity of the volume */
  update({ low, high }: Window, range: Window): void {
    this.#range = range;
    const span = range.high - range.low || 1;
    const width = high - low;
    const level = (low + high) / 2;
    // Most useful windows are narrow: the slider is quadratic.
    this.#width.value = String(Math.round(steps * Math.sqrt(Math.min(width / span, 1))));
    this.#level.value = String(Math.round((steps * (level - range.low)) / span));
    this.#widthText.value = format(width, span);
    this.#levelText.value = format(level, span);
  }

  #read(): Window {
    const { low, high } = this.#range;
    const span = high - low || 1;
    const width = Math.max((Number(this.#width.value) / steps) ** 2, 1e-4) * span;
    const level = low + (Number(this.#level.value) / steps) * span;
    return { low: level - width / 2, high: level + width / 2 };
  }
}

/** As many digits as the span of values deserves. */
export const format = (value: number, span: number): string =>
  value.toFixed(span >= 100 ? 0 : span >= 1 ? 2 : 4).replace('-', '\u2212');
