import type { Disc } from '@disc-labeling/server/protocol';
import { describeDisc, inOrder, millimetres, regionName, regionOf, type Region } from './discs.js';
import { h, setAttribute } from '../common/dom.js';
import { t } from '../common/localize.js';

export interface DiscListListener {
  select(disc: Disc): void;
  /** Enter or a click: show the disc. */
  jump(disc: Disc): void;
  hover(disc: Disc | null): void;
}

/** The discs as a list box: arrow keys select, Enter and clicks jump there. */
export class DiscList {
  readonly element: HTMLElement;
  readonly #list = h('div', {
    class: 'disc-rows',
    role: 'listbox',
    tabindex: 0,
    'aria-label': t('Discs'),
  });
  readonly #legend = h('div', { class: 'legend' });
  readonly #listener: DiscListListener;
  #discs: Disc[] = [];
  #selected: number | null = null;

  constructor(listener: DiscListListener) {
    this.#listener = listener;
    this.element = h(
      'section',
      { class: 'disc-list', 'aria-label': t('Discs') },
      h(
        'div',
        { class: 'disc-head', 'aria-hidden': 'true' },
        h('span', { class: 'name' }, t('Disc')),
        h('span', { title: t('Right, mm') }, 'x'),
        h('span', { title: t('Anterior, mm') }, 'y'),
        h('span', { title: t('Superior, mm') }, 'z'),
        h('span', { class: 'score' }, t('Score')),
      ),
      this.#list,
      this.#legend,
    );
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('focus', () => {
      if (this.#selected === null && this.#discs.length > 0) this.#listener.select(this.#discs[0]);
    });
  }

  setDiscs(discs: readonly Disc[]): void {
    this.#discs = inOrder(discs);
    this.element.hidden = discs.length === 0;
    this.#list.replaceChildren(...this.#discs.map((disc) => this.#row(disc)));
    const regions = new Set(this.#discs.map(({ value }) => regionOf(value)));
    this.#legend.replaceChildren(...[...regions].map(legendEntry));
    this.select(this.#selected);
  }

  #row(disc: Disc): HTMLElement {
    const percent = Math.round(100 * disc.score);
    return h(
      'div',
      {
        class: 'disc-row',
        role: 'option',
        id: `disc-${disc.value}`,
        'aria-label': describeDisc(disc),
        'aria-selected': 'false',
        'data-region': regionOf(disc.value),
        'data-list-value': disc.value,
        onclick: () => this.#listener.jump(disc),
        onpointerenter: () => this.#listener.hover(disc),
        onpointerleave: () => this.#listener.hover(null),
      },
      h('span', { class: 'name' }, h('span', { class: 'swatch' }), disc.name),
      ...disc.world.map((value) => h('span', { class: 'number' }, millimetres(value))),
      h(
        'span',
        { class: 'score', title: `${percent} %` },
        scoreBar(disc.score),
        h('span', { class: 'number' }, disc.score.toFixed(2)),
      ),
    );
  }

  /** Shows a disc as selected, by value. */
  select(value: number | null): void {
    this.#selected = this.#discs.some((disc) => disc.value === value) ? value : null;
    for (const row of this.#list.children) {
      const chosen = row.id === `disc-${this.#selected}`;
      row.setAttribute('aria-selected', String(chosen));
      if (chosen) row.scrollIntoView({ block: 'nearest' });
    }
    setAttribute(
      this.#list,
      'aria-activedescendant',
      this.#selected === null ? null : `disc-${this.#selected}`,
    );
  }

  highlight(value: number | null): void {
    for (const row of this.#list.children) setAttribute(row, 'data-hover', row.id === `disc-${value}`);
  }

  #key(event: KeyboardEvent): void {
    const last = this.#discs.length - 1;
    const at = this.#discs.findIndex(({ value }) => value === this.#selected);
    const to: Record<string, number> = {
      ArrowDown: Math.min(at + 1, last),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: last,
    };
    if (event.key in to) this.#listener.select(this.#discs[to[event.key]]);
    else if ((event.key === 'Enter' || event.key === ' ') && at >= 0) this.#listener.jump(this.#discs[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function scoreBar(score: number): HTMLElement {
  const fill = h('span', { class: 'score-fill' });
  fill.style.width = `${Math.round(100 * Math.min(Math.max(score, 0), 1))}%`;
  return h('span', { class: 'score-bar' }, fill);
}

const legendEntry = (region: Region): HTMLElement =>
  h(
    'span',
    { class: 'legend-entry', 'data-region': region },
    h('span', { class: 'swatch' }),
    regionName(region),
  );
