import type { GalleryItem, GalleryView } from '@disc-labeling/server/protocol';
import { h, icon, setText } from '../common/dom.js';
import type { Host } from '../common/host.js';
import { t } from '../common/localize.js';
import type { GalleryAction, GalleryMemory, GalleryRequest, GalleryState } from '../messages/gallery.js';
import { Details } from './details.js';
import { FilterBar } from './filter-bar.js';
import { everything, matches, type Filter } from './filter.js';
import { Grid } from './grid.js';
import { leftOutList } from './left-out.js';

type GalleryHost = Host<GalleryState, GalleryRequest, GalleryAction, GalleryMemory>;

/** Pixels of pictures' longer sides, before the screen's density. */
const sizes: Readonly<Record<GalleryView, number>> = { thumbnail: 260, large: 640, channels: 760 };

/** The whole gallery: filters, tiles, what was left out, and one image large. */
export class Gallery {
  readonly #root: HTMLElement;
  readonly #host: GalleryHost;
  readonly #title = h('h1', {});
  readonly #filters: FilterBar;
  readonly #grid: Grid;
  readonly #details: Details;
  readonly #leftOut = h('div', { class: 'left-out-place' });
  readonly #cover = h('div', { class: 'cover', role: 'status' });
  readonly #nothing = h('p', { class: 'nothing', hidden: true }, t('No image fits the filters.'));
  #state: GalleryState | null = null;
  #filter: Filter = everything;
  #current: string | null = null;
  #opened: string | null = null;
  #shownContents = '';

  constructor(root: HTMLElement, host: GalleryHost) {
    this.#root = root;
    this.#host = host;
    const { memory } = host;
    if (memory) {
      const { text, split, contrast, noticesOnly } = memory;
      this.#filter = { text, split, contrast, noticesOnly };
      this.#current = memory.current;
      this.#opened = memory.opened;
    }
    const open = ({ image, voxel }: GalleryItem): void => {
      if (image !== null) this.#ask({ kind: 'open', image, voxel });
    };
    this.#filters = new FilterBar(
      (filter) => this.#setFilter(filter),
      () => this.#ask({ kind: 'refresh' }),
    );
    this.#grid = new Grid({
      wanted: ({ name }) => this.#want(name, 'thumbnail'),
      unwanted: ({ name }) => this.#ask({ kind: 'cancel', name, view: 'thumbnail' }),
      current: ({ name }) => this.#setCurrent(name),
      enlarge: (item) => this.#enlarge(item),
      open,
    });
    this.#details = new Details({
      wanted: ({ name }, view) => this.#want(name, view),
      close: () => this.#closeDetails(),
      move: (by) => this.#move(by),
      open,
      attention: ({ name }) => this.#ask({ kind: 'attention', name }),
    });
    root.append(
      h('header', { class: 'top' }, this.#title, this.#filters.element, this.#leftOut),
      h('div', { class: 'body' }, this.#grid.element, this.#nothing, this.#details.element),
      this.#cover,
    );
    setText(this.#cover, t('Reading the folder'));
    root.addEventListener('keydown', (event) => this.#key(event));
  }

  start(): void {
    this.#host.connect({
      state: (state) => this.#update(state),
      action: (action) => this.#receive(action),
    });
  }

  #update(state: GalleryState): void {
    this.#state = state;
    const { contents, problem } = state;
    this.#root.dataset['state'] = problem ? 'error' : contents ? 'shown' : 'loading';
    this.#cover.hidden = contents !== null && problem === null;
    if (problem)
      this.#cover.replaceChildren(
        h(
          'div',
          { class: 'problem', role: 'alert' },
          icon('error'),
          h('h2', {}, `${problem.what.charAt(0).toUpperCase()}${problem.what.slice(1)}`),
          h('p', {}, problem.why),
          h('p', { class: 'file' }, problem.file ?? state.folder),
          h('vscode-button', { onclick: () => this.#ask({ kind: 'refresh' }) }, t('Try Again')),
        ),
      );
    if (!contents) return this.#remember();
    const key = JSON.stringify(contents);
    // The same state comes again when a page was hidden; pictures and places stay.
    if (key !== this.#shownContents) {
      this.#shownContents = key;
      setText(this.#title, contents.title);
      this.#leftOut.replaceChildren(leftOutList(contents.leftOut));
      this.#filters.items = contents.items;
      this.#filters.filter = this.#filter;
      // Filling the grid makes its first tile the current one.
      const current = this.#current;
      this.#grid.items = contents.items;
      this.#applyFilter();
      this.#grid.select(current);
      const opened = contents.items.find(({ name }) => name === this.#opened);
      if (opened) this.#enlarge(opened);
      else this.#details.hide();
    }
    this.#remember();
  }

  #receive(action: GalleryAction): void {
    const { name, view } = action;
    if (action.kind === 'picture') {
      if (view === 'thumbnail') this.#grid.picture(name, action.picture);
      else this.#details.picture(name, view, action.picture);
      if (action.picture.voxel) this.#learn(name, action.picture.voxel);
    } else if (view === 'thumbnail') this.#grid.noPicture(name, action.why);
    else this.#details.noPicture(name, view, action.why);
  }

  /** Where a dataset's image is looked at is known only once its labels are read. */
  #learn(name: string, voxel: readonly [number, number, number]): void {
    const item = this.#state?.contents?.items.find((one) => one.name === name);
    if (item) Object.assign(item, { voxel });
  }

  #want(name: string, view: GalleryView): void {
    const size = Math.round(sizes[view] * Math.min(2, window.devicePixelRatio || 1));
    this.#ask({ kind: 'picture', name, view, size });
  }

  #setFilter(filter: Filter): void {
    this.#filter = filter;
    this.#applyFilter();
    this.#remember();
  }

  #applyFilter(): void {
    const all = this.#state?.contents?.items.length ?? 0;
    const shown = this.#grid.show((item) => matches(item, this.#filter));
    this.#filters.count(shown, all);
    this.#nothing.hidden = shown > 0;
    setText(
      this.#nothing,
      all === 0 ? t('There is no image with disc labels here.') : t('No image fits the filters.'),
    );
  }

  #setCurrent(name: string): void {
    if (this.#current === name) return;
    this.#current = name;
    this.#remember();
  }

  #enlarge(item: GalleryItem): void {
    this.#opened = item.name;
    this.#root.dataset['opened'] = item.name;
    this.#details.show(item, this.#state?.contents?.kind === 'prepared');
    this.#remember();
  }

  #closeDetails(): void {
    const { item } = this.#details;
    this.#opened = null;
    delete this.#root.dataset['opened'];
    this.#details.hide();
    this.#grid.select(item?.name ?? null, true);
    this.#remember();
  }

  #move(by: 1 | -1): void {
    const { item } = this.#details;
    const next = item && this.#grid.neighbour(item.name, by);
    if (!next) return;
    this.#grid.select(next.name);
    this.#enlarge(next);
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== '/' || (event.target as Element).matches('input, select')) return;
    this.#filters.focus();
    event.preventDefault();
  }

  /** Refusals are shown by the editor. */
  #ask(request: GalleryRequest): void {
    this.#host.request(request).catch((error: unknown) => this.#host.log('warn', String(error)));
  }

  #remember(): void {
    if (!this.#state) return;
    this.#host.memory = {
      folder: this.#state.folder,
      ...this.#filter,
      current: this.#current,
      opened: this.#opened,
    };
  }
}
