import type { Truth } from '../messages/viewer.js';
import type { Checkbox } from '../toolkit.js';
import { describeDisc, millimetres, regionName, regionOf, type Region } from './discs.js';
import { h, setAttribute } from '../common/dom.js';
import { t } from '../common/localize.js';
import { link } from './link.js';
import type { ListedDisc } from './truth.js';

export interface DiscListListener {
  select(disc: ListedDisc): void;
  /** Enter or a click: show the disc. */
  jump(disc: ListedDisc): void;
  hover(disc: ListedDisc | null): void;
  /** The switch for true places. */
  showTruth(truth: boolean): void;
  /** F2: the user knows which disc the selected one is. */
  setLevel(): void;
  /** Removes the selected disc. */
  remove(): void;
  /** Goes on from the true places. */
  takeTruth(): void;
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
  readonly #truth: Checkbox;
  readonly #truthLine: HTMLElement;
  readonly #take: HTMLElement;
  readonly #last = h('span', { class: 'score' });
  #discs: readonly ListedDisc[] = [];
  #selected: number | null = null;

  constructor(listener: DiscListListener) {
    this.#listener = listener;
    this.#truth = h<Checkbox>(
      'vscode-checkbox',
      { checked: true, onchange: () => listener.showTruth(this.#truth.checked) },
      h('span', { class: 'truth-sign', 'aria-hidden': 'true' }),
      t('Truth'),
    );
    this.#take = link(t('Use Saved Labels'), () => listener.takeTruth(), {
      class: 'take-truth',
      title: t('Put these labels in the place of the discs found, to go on from them'),
    });
    this.#truthLine = h('div', { class: 'truth-switch' }, this.#truth, this.#take);
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
        this.#last,
      ),
      this.#list,
      this.#legend,
      this.#truthLine,
    );
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('focus', () => {
      if (this.#selected === null && this.#discs.length > 0) this.#listener.select(this.#discs[0]);
    });
  }

  /** @param truth what the distances are to; null: scores are shown instead */
  setDiscs(discs: readonly ListedDisc[], truth: Truth | null): void {
    this.#discs = discs;
    this.element.hidden = discs.length === 0;
    this.#last.textContent = truth ? t('Off by') : t('Score');
    setAttribute(
      this.#last,
      'title',
      truth ? t('Distance to the true place in the sagittal plane, mm') : null,
    );
    this.#truthLine.hidden = truth === null;
    setAttribute(this.#truthLine, 'title', truth?.source);
    this.#list.replaceChildren(...discs.map((disc) => this.#row(disc, truth !== null)));
    const regions = new Set(this.#discs.map(({ value }) => regionOf(value)));
    this.#legend.replaceChildren(...[...regions].map(legendEntry));
    this.select(this.#selected);
  }

  #row(disc: ListedDisc, compared: boolean): HTMLElement {
    return h(
      'div',
      {
        class: 'disc-row',
        'data-missed': disc.missed,
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
      compared ? offBy(disc) : disc.byHand ? placedByHand() : scoreOf(disc.score ?? 0),
    );
  }

  /** Whether discs can be corrected now. */
  set correctable(correctable: boolean) {
    this.#take.hidden = !correctable;
  }

  /** Whether the switch for true places is on. */
  set truthShown(shown: boolean) {
    this.#truth.checked = shown;
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
    else if (event.key === 'F2') this.#listener.setLevel();
    else if (event.key === 'Delete' || event.key === 'Backspace') this.#listener.remove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const placedByHand = (): HTMLElement => h('span', { class: 'score by-hand' }, t('by hand'));

function scoreOf(score: number): HTMLElement {
  return h(
    'span',
    { class: 'score', title: `${Math.round(100 * score)} %` },
    scoreBar(score),
    h('span', { class: 'number' }, score.toFixed(2)),
  );
}

/** How far a prediction is from the truth, or why that can't be said. */
function offBy({ distance, missed, score, byHand }: ListedDisc): HTMLElement {
  const text = missed ? t('missed') : distance === null ? t('no truth') : t('{0} mm', distance.toFixed(1));
  return h(
    'span',
    {
      class: 'off-by number',
      title: byHand ? t('Placed by hand') : score === null ? null : t('Score {0}', score.toFixed(2)),
    },
    text,
  );
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
