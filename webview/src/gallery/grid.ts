import type { GalleryItem, GalleryPicture } from '@disc-labeling/server/protocol';
import { h, icon, setAttribute, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import { splitName } from './filter-bar.js';

export interface GridListener {
  /** Comes into sight without a picture. */
  wanted(item: GalleryItem): void;
  /** Out of sight again. */
  unwanted(item: GalleryItem): void;
  /** The one keys work on. */
  current(item: GalleryItem): void;
  /** Looked at closely. */
  enlarge(item: GalleryItem): void;
  /** Opened in the viewer. */
  open(item: GalleryItem): void;
}

/** Pictures kept; more would fill memory in a set of thousands. */
const mostPictures = 400;

/** All items as tiles, of which those in sight get their pictures. */
export class Grid {
  readonly element: HTMLElement;
  readonly #listener: GridListener;
  readonly #observer: IntersectionObserver;
  readonly #tiles = new Map<string, Tile>();
  readonly #byElement = new Map<Element, Tile>();
  /** Names of tiles with a picture, the oldest first. */
  readonly #pictured = new Set<string>();
  readonly #visible = new Set<Tile>();
  #shown: Tile[] = [];
  #current: Tile | null = null;

  constructor(listener: GridListener) {
    this.#listener = listener;
    this.element = h('div', {
      class: 'grid',
      role: 'listbox',
      'aria-label': t('Images. Arrow keys move, Enter opens the volume, Space enlarges.'),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
      // Also what a screen reader moves the focus to.
      onfocusin: (event: FocusEvent) =>
        this.#setCurrent(this.#byElement.get(event.target as Element) ?? this.#current),
      onclick: (event: MouseEvent) => this.#click(event, (item) => listener.enlarge(item)),
      ondblclick: (event: MouseEvent) => this.#click(event, (item) => listener.open(item)),
    });
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), {
      root: this.element,
      rootMargin: '150px',
    });
  }

  set items(items: readonly GalleryItem[]) {
    this.#observer.disconnect();
    this.#tiles.clear();
    this.#byElement.clear();
    this.#pictured.clear();
    this.#visible.clear();
    this.#current = null;
    for (const item of items) {
      const tile = new Tile(item);
      this.#tiles.set(item.name, tile);
      this.#byElement.set(tile.element, tile);
    }
    this.element.replaceChildren(...[...this.#tiles.values()].map(({ element }) => element));
    for (const { element } of this.#tiles.values()) this.#observer.observe(element);
    this.show(() => true);
  }

  /** Shows what fits. @returns how many do */
  show(fits: (item: GalleryItem) => boolean): number {
    this.#shown = [];
    for (const tile of this.#tiles.values()) {
      const shown = fits(tile.item);
      if (tile.element.hidden === shown) tile.element.hidden = !shown;
      if (shown) this.#shown.push(tile);
    }
    if (!this.#current || this.#current.element.hidden) this.#setCurrent(this.#shown[0] ?? null);
    return this.#shown.length;
  }

  picture(name: string, picture: GalleryPicture): void {
    const tile = this.#tiles.get(name);
    if (!tile) return;
    tile.picture(picture);
    this.#pictured.delete(name);
    this.#pictured.add(name);
    for (const oldest of this.#pictured) {
      if (this.#pictured.size <= mostPictures) return;
      this.#pictured.delete(oldest);
      this.#tiles.get(oldest)!.forget();
    }
  }

  noPicture(name: string, why: string): void {
    this.#tiles.get(name)?.failed(why);
  }

  /** Makes an item the current one and brings it into sight. */
  select(name: string | null, focus = false): void {
    const tile = name === null ? undefined : this.#tiles.get(name);
    if (!tile || tile.element.hidden) return;
    this.#setCurrent(tile);
    tile.element.scrollIntoView({ block: 'nearest' });
    if (focus) tile.element.focus({ preventScroll: true });
  }

  /** The item before or after another, among those shown. */
  neighbour(name: string, by: number): GalleryItem | null {
    const at = this.#shown.findIndex(({ item }) => item.name === name);
    return this.#shown[at + by]?.item ?? null;
  }

  focus(): void {
    this.#current?.element.focus();
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const tile = this.#byElement.get(target);
      if (!tile) continue;
      if (isIntersecting) {
        this.#visible.add(tile);
        if (tile.wants) this.#listener.wanted(tile.item);
      } else if (this.#visible.delete(tile) && tile.wants) this.#listener.unwanted(tile.item);
    }
  }

  #click(event: MouseEvent, act: (item: GalleryItem) => void): void {
    const element = (event.target as Element).closest('.tile');
    const tile = element && this.#byElement.get(element);
    if (!tile) return;
    this.#setCurrent(tile);
    act(tile.item);
  }

  #key(event: KeyboardEvent): void {
    const at = this.#current ? this.#shown.indexOf(this.#current) : -1;
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const { item } = this.#shown[at];
    const row = this.#perRow();
    const page = row * Math.max(1, Math.floor(this.element.clientHeight / (this.#rowHeight() || 1)));
    const last = this.#shown.length - 1;
    const target: Partial<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - row,
      ArrowDown: at + row,
      PageUp: Math.max(at % row, at - page),
      PageDown: Math.min(last, at + page),
      Home: 0,
      End: last,
    };
    const next = target[event.key];
    if (next !== undefined) {
      const tile = this.#shown[next];
      if (tile) this.select(tile.item.name, true);
    } else if (event.key === 'Enter') this.#listener.open(item);
    else if (event.key === ' ') this.#listener.enlarge(item);
    else return;
    event.preventDefault();
  }

  /** Tiles in the first row, by where they lie. */
  #perRow(): number {
    const top = this.#shown[0]?.element.offsetTop;
    const at = this.#shown.findIndex(({ element }) => element.offsetTop !== top);
    return at < 0 ? this.#shown.length : at;
  }

  #rowHeight(): number {
    return this.#shown[0]?.element.offsetHeight ?? 0;
  }

  #setCurrent(tile: Tile | null): void {
    if (this.#current !== tile) {
      this.#current?.current(false);
      this.#current = tile;
    }
    tile?.current(true);
    if (tile) this.#listener.current(tile.item);
  }
}

/** One image of the gallery. */
class Tile {
  readonly element: HTMLElement;
  readonly #frame = h('div', { class: 'frame' });
  readonly #notices = h('span', { class: 'notices', hidden: true });
  #state: 'empty' | 'pictured' | 'failed' = 'empty';

  constructor(readonly item: GalleryItem) {
    const { name, contrast, split } = item;
    this.element = h(
      'div',
      {
        class: 'tile',
        role: 'option',
        tabindex: -1,
        'aria-selected': 'false',
        'data-name': name,
        title: name,
      },
      this.#frame,
      h(
        'div',
        { class: 'caption' },
        h('span', { class: 'name' }, name),
        h('span', { class: 'badge' }, split === null ? contrast : splitName(split)),
        this.#notices,
      ),
    );
    this.#describe(item.discs?.map((disc) => disc.name) ?? null, item.notices);
  }

  /** Whether it has neither a picture nor a reason for none. */
  get wants(): boolean {
    return this.#state === 'empty';
  }

  current(is: boolean): void {
    setAttribute(this.element, 'tabindex', is ? 0 : -1);
    setAttribute(this.element, 'aria-selected', is ? 'true' : 'false');
  }

  picture({ png, notices }: GalleryPicture): void {
    this.#state = 'pictured';
    this.#frame.replaceChildren(h('img', { src: `data:image/png;base64,${png}`, alt: '' }));
    this.#describe(this.item.discs?.map((disc) => disc.name) ?? null, notices);
    setAttribute(this.element, 'data-state', 'pictured');
  }

  failed(why: string): void {
    this.#state = 'failed';
    this.#frame.replaceChildren(h('p', { class: 'why' }, icon('warning'), why));
    setAttribute(this.element, 'aria-label', `${this.item.name}. ${why}`);
    setAttribute(this.element, 'data-state', 'failed');
  }

  forget(): void {
    this.#state = 'empty';
    this.#frame.replaceChildren();
    setAttribute(this.element, 'data-state', null);
  }

  #describe(discs: readonly string[] | null, notices: readonly string[]): void {
    const { name, contrast, split } = this.item;
    const words = [
      name,
      contrast,
      ...(split === null ? [] : [splitName(split)]),
      ...(discs === null
        ? []
        : [discs.length === 0 ? t('no disc') : t('{0} to {1}', discs[0], discs[discs.length - 1])]),
      ...notices,
    ];
    setAttribute(this.element, 'aria-label', words.join('. '));
    this.#notices.hidden = notices.length === 0;
    if (notices.length === 0) return;
    this.#notices.replaceChildren(icon('info'));
    setText(this.#notices.appendChild(h('span', {})), String(notices.length));
    this.#notices.title = notices.join('\n');
  }
}
