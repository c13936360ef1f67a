import type { EpochMetrics } from '@disc-labeling/server/protocol';
import { h, setAttribute } from '../common/dom.js';
import { t } from '../common/localize.js';
import { percent } from '../common/numbers.js';
import { duration, rate, significant } from './format.js';

/** Rows shown at first, and added by each *Show More*. */
const page = 100;

interface Column {
  readonly title: string;
  readonly cell: (metrics: EpochMetrics) => string;
}

const optional = (value: number | undefined, show: (value: number) => string): string =>
  value === undefined ? '–' : show(value);

const columns = (): readonly Column[] => [
  { title: t('Training loss'), cell: (m) => significant(m.trainingLoss) },
  { title: t('Validation loss'), cell: (m) => significant(m.validationLoss) },
  { title: t('Discs found'), cell: (m) => optional(m.identified, percent) },
  { title: t('Within 5 mm'), cell: (m) => percent(m.accuracy) },
  { title: t('PCK'), cell: (m) => optional(m.pck, percent) },
  { title: t('Median distance'), cell: (m) => `${m.medianDistance.toFixed(2)} mm` },
  { title: t('Learning rate'), cell: (m) => rate(m.learningRate) },
  { title: t('Time'), cell: (m) => duration(m.seconds) },
];

/** The epochs in numbers, newest first: what the curves show, for reading. */
export class EpochTable {
  readonly element: HTMLElement;
  readonly #columns = columns();
  readonly #body = h('tbody');
  readonly #more: HTMLElement;
  #metrics: readonly EpochMetrics[] = [];
  #best: number | null = null;
  #limit = page;

  constructor() {
    this.#more = h(
      'vscode-button',
      { appearance: 'secondary', onclick: () => this.#showMore() },
      t('Show More'),
    );
    this.element = h(
      'section',
      { class: 'epochs', 'aria-label': t('Epochs') },
      h('h2', {}, t('Epochs')),
      h(
        'div',
        { class: 'scroll', tabindex: 0 },
        h(
          'table',
          {},
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              ...[t('Epoch'), ...this.#columns.map(({ title }) => title)].map((title) =>
                h('th', { scope: 'col' }, title),
              ),
            ),
          ),
          this.#body,
        ),
      ),
      this.#more,
    );
  }

  /** @param best epoch (0-based) that is marked */
  update(metrics: readonly EpochMetrics[], best: number | null): void {
    // An epoch that was redone after a kill, or another run: nothing can be kept.
    const shown = this.#metrics.length;
    const grown =
      shown > 0 &&
      metrics.length >= shown &&
      metrics[shown - 1]!.seconds === this.#metrics[shown - 1]!.seconds;
    if (!grown) this.#body.replaceChildren();
    const fresh = metrics.slice(Math.max(grown ? shown : 0, metrics.length - this.#limit));
    this.#body.prepend(...fresh.map((line) => this.#row(line)).reverse());
    while (this.#body.children.length > this.#limit) this.#body.lastElementChild!.remove();
    this.#metrics = metrics;
    if (best !== this.#best || !grown || fresh.length > 0) this.#mark(best);
    setAttribute(this.#more, 'hidden', metrics.length <= this.#limit);
    setAttribute(this.element, 'hidden', metrics.length === 0);
  }

  #showMore(): void {
    this.#limit += 10 * page;
    const metrics = this.#metrics;
    this.#metrics = [];
    this.update(metrics, this.#best);
  }

  #row(metrics: EpochMetrics): HTMLElement {
    return h(
      'tr',
      { 'data-epoch': metrics.epoch + 1 },
      h('th', { scope: 'row' }, String(metrics.epoch + 1)),
      ...this.#columns.map(({ cell }) => h('td', {}, cell(metrics))),
    );
  }

  #mark(best: number | null): void {
    this.#best = best;
    for (const row of this.#body.querySelectorAll<HTMLElement>('tr')) {
      const isBest = best !== null && row.dataset['epoch'] === String(best + 1);
      if (isBest === row.hasAttribute('data-best')) continue;
      setAttribute(row, 'data-best', isBest);
      row.firstElementChild!.textContent = isBest ? t('{0} best', best + 1) : row.dataset['epoch']!;
    }
  }
}
