import type { GalleryItem } from '@disc-labeling/server/protocol';
import { h, icon, setAttribute, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import { everything, valuesOf, type Filter } from './filter.js';

/** Text, split, contrast and notices to narrow a gallery down by, and how many are left. */
export class FilterBar {
  readonly element: HTMLElement;
  readonly #text: HTMLInputElement;
  readonly #split: HTMLSelectElement;
  readonly #contrast: HTMLSelectElement;
  readonly #notices: HTMLInputElement;
  readonly #noticesLabel: HTMLElement;
  readonly #count = h('span', { class: 'count', role: 'status' });
  readonly #change: (filter: Filter) => void;
  #filter: Filter = everything;

  constructor(change: (filter: Filter) => void, refresh: () => void) {
    this.#change = change;
    this.#text = h('input', {
      type: 'search',
      class: 'text',
      placeholder: t('Filter by name, disc or notice'),
      'aria-label': t('Filter by name, disc or notice'),
      oninput: () => this.#set({ text: this.#text.value }),
    });
    this.#split = this.#select(t('Split'), (split) => this.#set({ split }));
    this.#contrast = this.#select(t('Contrast'), (contrast) => this.#set({ contrast }));
    this.#notices = h('input', {
      type: 'checkbox',
      onchange: () => this.#set({ noticesOnly: this.#notices.checked }),
    });
    this.#noticesLabel = h('label', { class: 'check' }, this.#notices, t('With notices'));
    this.element = h(
      'div',
      { class: 'filters', role: 'search', 'aria-label': t('Filters') },
      this.#text,
      this.#split,
      this.#contrast,
      this.#noticesLabel,
      this.#count,
      h(
        'button',
        { class: 'tool', title: t('Read the folder again'), 'aria-label': t('Refresh'), onclick: refresh },
        icon('refresh'),
      ),
    );
  }

  /** What there is to choose from. */
  set items(items: readonly GalleryItem[]) {
    this.#fill(this.#split, valuesOf(items, 'split'), t('All splits'));
    this.#fill(this.#contrast, valuesOf(items, 'contrast'), t('All contrasts'));
    this.#noticesLabel.hidden = !items.some(({ notices }) => notices.length > 0);
    this.filter = this.#filter;
  }

  set filter(filter: Filter) {
    this.#filter = filter;
    if (this.#text.value !== filter.text) this.#text.value = filter.text;
    this.#split.value = filter.split;
    this.#contrast.value = filter.contrast;
    this.#notices.checked = filter.noticesOnly;
  }

  count(shown: number, all: number): void {
    setText(this.#count, shown === all ? t('{0} images', all) : t('{0} of {1} images', shown, all));
  }

  focus(): void {
    this.#text.focus();
    this.#text.select();
  }

  #set(change: Partial<Filter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#change(this.#filter);
  }

  #select(label: string, change: (value: string) => void): HTMLSelectElement {
    const select: HTMLSelectElement = h('select', {
      'aria-label': label,
      onchange: () => change(select.value),
    });
    return select;
  }

  #fill(select: HTMLSelectElement, values: readonly string[], all: string): void {
    select.replaceChildren(
      h('option', { value: '' }, all),
      ...values.map((value) => h('option', { value }, splitName(value))),
    );
    select.hidden = values.length < 2;
    setAttribute(select, 'data-values', values.length);
  }
}

/** A split as the user reads it; contrasts are names already. */
export function splitName(value: string): string {
  const names: Record<string, string> = {
    training: t('Training'),
    validation: t('Validation'),
    test: t('Test'),
  };
  return names[value] ?? value;
}
