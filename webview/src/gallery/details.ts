import type { GalleryItem, GalleryPicture, GalleryView } from '@disc-labeling/server/protocol';
import { h, icon, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import { splitName } from './filter-bar.js';

export interface DetailsListener {
  wanted(item: GalleryItem, view: GalleryView): void;
  close(): void;
  move(by: 1 | -1): void;
  open(item: GalleryItem): void;
  attention(item: GalleryItem): void;
}

/** One image large, and each channel's target by itself. */
export class Details {
  readonly element: HTMLElement;
  readonly #listener: DetailsListener;
  readonly #title = h('h2', { id: 'details-title' });
  readonly #facts = h('p', { class: 'facts' });
  readonly #notices = h('ul', { class: 'remarks' });
  readonly #large = h('div', { class: 'large', 'aria-busy': 'true' });
  readonly #channels = h('div', { class: 'channels', 'aria-busy': 'true' });
  readonly #attention: HTMLElement;
  readonly #open: HTMLElement;
  readonly #close: HTMLButtonElement;
  #item: GalleryItem | null = null;

  constructor(listener: DetailsListener) {
    this.#listener = listener;
    const tool = (name: string, label: string, act: () => void): HTMLButtonElement =>
      h('button', { class: 'tool', title: label, 'aria-label': label, onclick: act }, icon(name));
    this.#close = tool('close', t('Back to all images (Escape)'), () => listener.close());
    this.#open = h(
      'vscode-button',
      { class: 'open-volume', onclick: () => this.#item && listener.open(this.#item) },
      t('Open Volume'),
    );
    this.#attention = h(
      'vscode-button',
      { appearance: 'secondary', onclick: () => this.#item && listener.attention(this.#item) },
      t('Show Attention'),
    );
    this.element = h(
      'section',
      {
        class: 'details',
        role: 'dialog',
        'aria-labelledby': 'details-title',
        hidden: true,
        onkeydown: (event: KeyboardEvent) => this.#key(event),
      },
      h(
        'header',
        {},
        tool('chevron-left', t('Previous image (left arrow)'), () => listener.move(-1)),
        tool('chevron-right', t('Next image (right arrow)'), () => listener.move(1)),
        this.#title,
        this.#open,
        this.#attention,
        this.#close,
      ),
      this.#facts,
      this.#notices,
      h(
        'div',
        { class: 'views' },
        h('figure', {}, this.#large, h('figcaption', {}, t('Slice with targets; the number is the channel'))),
        h('figure', {}, this.#channels, h('figcaption', {}, t('Target of each channel'))),
      ),
    );
  }

  get item(): GalleryItem | null {
    return this.#item;
  }

  show(item: GalleryItem, prepared: boolean): void {
    const before = this.#item;
    this.#item = item;
    this.element.hidden = false;
    setText(this.#title, item.name);
    this.#describe(item.discs?.map(({ name }) => name) ?? null, item.notices);
    this.#attention.hidden = !prepared && item.image === null;
    this.#open.hidden = item.image === null;
    if (before?.name !== item.name || this.#large.childElementCount === 0) {
      for (const place of [this.#large, this.#channels]) {
        place.replaceChildren(h('vscode-progress-ring', { 'aria-label': t('Drawing') }));
        place.setAttribute('aria-busy', 'true');
      }
      this.#listener.wanted(item, 'large');
      this.#listener.wanted(item, 'channels');
    }
    if (!this.element.contains(document.activeElement)) this.#close.focus();
  }

  hide(): void {
    this.#item = null;
    this.element.hidden = true;
    this.#large.replaceChildren();
  }

  picture(name: string, view: GalleryView, { png, notices }: GalleryPicture): void {
    if (name !== this.#item?.name) return;
    const place = view === 'large' ? this.#large : this.#channels;
    const alt =
      view === 'large' ? t('{0} with its targets', name) : t('Targets of {0}, channel by channel', name);
    place.replaceChildren(h('img', { src: `data:image/png;base64,${png}`, alt }));
    place.removeAttribute('aria-busy');
    this.#describe(this.#item.discs?.map((disc) => disc.name) ?? null, notices);
  }

  noPicture(name: string, view: GalleryView, why: string): void {
    if (name !== this.#item?.name) return;
    const place = view === 'large' ? this.#large : this.#channels;
    place.replaceChildren(h('p', { class: 'why', role: 'alert' }, icon('warning'), why));
    place.removeAttribute('aria-busy');
  }

  #describe(discs: readonly string[] | null, notices: readonly string[]): void {
    const { subject, contrast, split } = this.#item!;
    const words = [subject, contrast, ...(split === null ? [] : [splitName(split)])];
    if (discs !== null && discs.length > 0)
      words.push(t('{0} discs, {1} to {2}', discs.length, discs[0], discs[discs.length - 1]));
    if (this.#item!.image === null) words.push(t('the image is not there any more'));
    setText(this.#facts, words.join(' \u00b7 '));
    this.#notices.replaceChildren(...notices.map((notice) => h('li', {}, notice)));
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#listener.close();
    else if (event.key === 'ArrowLeft') this.#listener.move(-1);
    else if (event.key === 'ArrowRight') this.#listener.move(1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
