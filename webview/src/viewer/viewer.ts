import type { Disc } from '@disc-labeling/server/protocol';
import type { Labels, ViewerAction, ViewerRequest, ViewerState } from '../messages.js';
import { CrosshairLayer } from './crosshair-layer.js';
import { Cover } from './cover.js';
import { DiscLayer } from './disc-layer.js';
import { DiscList } from './disc-list.js';
import { inOrder, summarize } from './discs.js';
import { h, setAttribute, setText } from './dom.js';
import { Footer } from './footer.js';
import { affineFromRows, apply, compose, invert, orientationLetters, unproject } from './geometry.js';
import type { Affine3, Tile, Vec3 } from './geometry.js';
import type { Host } from './host.js';
import { Interaction, type Tool } from './interaction.js';
import { LabelsSection } from './labels-section.js';
import { t } from './localize.js';
import { freshMemory, type Memory } from './memory.js';
import { OrientationLayer } from './orientation-layer.js';
import { OverlaysSection, type OverlaySetting } from './overlays-section.js';
import { phaseOf, type Phase } from './phase.js';
import { PictureLoader } from './picture.js';
import { Toolbar } from './toolbar.js';
import { CannotDraw, VolumeView, type Layout, type OverlayKind } from './volume-view.js';
import { VolumeSection } from './volume-section.js';
import { WindowSection } from './window-section.js';

const tools: readonly Tool[] = ['window', 'pan', 'zoom', 'crosshair'];

/** The whole viewer: puts the parts together and keeps them in step with the state. */
export class Viewer {
  readonly #root: HTMLElement;
  readonly #host: Host<Memory>;
  readonly #canvas = h('canvas', { class: 'picture', 'aria-hidden': 'true' });
  readonly #stage: HTMLElement;
  readonly #crosshair = new CrosshairLayer();
  readonly #orientation = new OrientationLayer();
  readonly #discs: DiscLayer;
  readonly #list: DiscList;
  readonly #cover: Cover;
  readonly #labels: LabelsSection;
  readonly #overlays: OverlaysSection;
  readonly #window: WindowSection;
  readonly #volume = new VolumeSection();
  readonly #toolbar: Toolbar;
  readonly #footer = new Footer();
  readonly #announcer = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  #view: VolumeView | null = null;
  #loader: PictureLoader | null = null;
  #state: ViewerState | null = null;
  #memory: Memory;
  #remembered: boolean;
  #shownLabels = '';
  #phase: Phase | null = null;
  #pointer: { tile: Tile; x: number; y: number } | null = null;

  constructor(root: HTMLElement, host: Host<Memory>) {
    this.#root = root;
    this.#host = host;
    this.#remembered = host.memory !== undefined;
    this.#memory = host.memory ?? freshMemory({ attention: false, heatmap: false });
    const ask = (request: ViewerRequest): void => void this.#ask(request);
    this.#cover = new Cover(ask);
    this.#labels = new LabelsSection(ask);
    const hover = (disc: Disc | null): void => this.#hover(disc?.value ?? null);
    this.#discs = new DiscLayer(t('Disc names on the picture'), (disc) => this.#jump(disc), hover);
    this.#list = new DiscList({
      select: (disc) => this.#select(disc.value),
      jump: (disc) => this.#jump(disc),
      hover,
    });
    this.#overlays = new OverlaysSection((kind, setting) => this.#setOverlay(kind, setting));
    this.#window = new WindowSection(
      (window) => {
        if (this.#view) this.#view.window = window;
        this.#changedByHand();
      },
      () => this.#resetWindow(),
    );
    this.#toolbar = new Toolbar({
      tool: (tool) => this.#setTool(tool),
      layout: (layout) => this.#setLayout(layout),
      zoom: (factor) => this.#zoom(factor),
      fit: () => this.#fit(),
      home: () => this.#goHome(),
    });
    this.#stage = h(
      'div',
      {
        class: 'stage',
        tabindex: 0,
        role: 'group',
        'aria-label': t(
          'Picture. Left and right arrow keys change the slice, up and down select a disc, plus and minus zoom, 0 fits.',
        ),
        onkeydown: (event: KeyboardEvent) => this.#key(event),
      },
      this.#canvas,
      this.#crosshair.element,
      this.#orientation.element,
      this.#discs.element,
      this.#cover.element,
    );
    root.append(
      h('div', { class: 'main' }, this.#toolbar.element, this.#stage, this.#footer.element),
      h(
        'aside',
        { class: 'panel', 'aria-label': t('Discs and display') },
        this.#labels.element,
        this.#list.element,
        this.#overlays.element,
        this.#window.element,
        this.#volume.element,
      ),
      this.#announcer,
    );
    this.#list.setDiscs([]);
    this.#stage.dataset['tool'] = this.#memory.tool;
    this.#render();
  }

  /** Prepares the graphics, then connects to the extension host. */
  async start(): Promise<void> {
    try {
      this.#view = await VolumeView.create(this.#canvas, () => this.#drawn());
      this.#loader = new PictureLoader(this.#view, () => this.#render());
      const viewer = this;
      new Interaction(this.#stage, {
        view: this.#view,
        get tool() {
          return viewer.#memory.tool;
        },
        pointerAt: (place) => this.#point(place),
        changed: () => this.#changedByHand(),
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#host.log('error', `cannot draw: ${why}`);
      this.#cannotDraw = {
        what: t('cannot draw the volume'),
        why: error instanceof CannotDraw ? why : String(error),
      };
    }
    this.#host.connect({
      state: (state) => void this.#update(state),
      action: (action) => this.#act(action),
    });
    this.#render();
  }

  #cannotDraw: { what: string; why: string } | null = null;

  async #update(state: ViewerState): Promise<void> {
    this.#state = state;
    if (!this.#remembered) this.#memory = freshMemory(state.defaults);
    this.#remembered = true;
    this.#showLabels(state.labels);
    this.#render();
    if (!this.#loader || !this.#view || state.problem) return;
    if (await this.#loader.load(state.file)) {
      this.#restoreView();
      if (this.#state.labels) this.#goHome();
    }
    if (!this.#loader.picture.loaded) return;
    await this.#loader.loadOverlays(this.#state.labels);
    this.#render();
  }

  /** After a volume was loaded: what the user had chosen for it. */
  #restoreView(): void {
    const view = this.#view!;
    view.layout = this.#memory.layout;
    if (this.#memory.window) view.window = this.#memory.window;
    if (this.#memory.pan) view.pan = this.#memory.pan;
    this.#applyOverlays();
    this.#render();
  }

  #showLabels(labels: Labels | null): void {
    const key = JSON.stringify(labels?.result.discs ?? null) + labels?.result.slice.index;
    if (key === this.#shownLabels) return;
    const first = this.#shownLabels === '' || this.#shownLabels.startsWith('null');
    this.#shownLabels = key;
    const discs = labels?.result.discs ?? [];
    this.#discs.setDiscs(discs, labels ? this.#halfSlab(labels) : 0);
    this.#list.setDiscs(discs);
    this.#select(discs.some(({ value }) => value === this.#memory.selected) ? this.#memory.selected : null);
    if (first && labels && this.#loader?.picture.loaded) this.#goHome();
    this.#discs.place(this.#view?.tiles ?? []);
  }

  /** Half the thickness of the labelled slab, mm. */
  #halfSlab({ result: { slice } }: Labels): number {
    const column = this.#affine.map((row) => row[slice.axis]);
    return (slice.thickness * Math.hypot(...column)) / 2;
  }

  /** File voxel to world mm as the backend reads the header, or as the renderer does where there is no backend. */
  get #affine(): Affine3 {
    const rows = this.#state?.header?.affine;
    return rows
      ? affineFromRows(rows)
      : (this.#view?.affine ??
          affineFromRows([
            [1, 0, 0, 0],
            [0, 1, 0, 0],
            [0, 0, 1, 0],
          ]));
  }

  /** Everything that depends on the state. */
  #render(): void {
    const picture = this.#cannotDraw
      ? { loaded: false, problem: this.#cannotDraw }
      : (this.#loader?.picture ?? { loaded: false, problem: null });
    const state = this.#state;
    const phase = phaseOf(state, picture);
    this.#root.dataset['state'] = phase;
    const problem = state?.problem ?? picture.problem;
    if (problem) this.#cover.failed(problem, state?.file.name ?? '');
    else if (!picture.loaded) this.#cover.loading(state?.file.name ?? '', this.#loader?.fraction ?? null);
    else this.#cover.hide();
    setAttribute(this.#root, 'data-broken', problem !== null);
    if (state) {
      this.#labels.update(state, phase);
      this.#volume.update(state.header);
      this.#overlays.update(this.#memory.overlays, {
        attention: Boolean(state.labels?.overlays.attention),
        heatmap: Boolean(state.labels?.overlays.heatmap),
      });
    }
    if (this.#view && picture.loaded) this.#window.update(this.#view.window, this.#view.range);
    this.#toolbar.update(this.#memory.tool, this.#memory.layout, Boolean(state?.labels));
    this.#announce(phase);
  }

  /** Tells screen readers what happened, once. */
  #announce(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    const state = this.#state;
    const text: Partial<Record<Phase, string>> = {
      labelling: t('Labelling started'),
      labelled: state?.labels ? summarize(state.labels.result.discs) : '',
      empty: t('No disc found'),
      error:
        state?.problem?.why ??
        (state?.labelling.phase === 'failed' ? state.labelling.problem.why : t('Failed')),
      disconnected: t('The backend stopped'),
    };
    if (text[phase] !== undefined) setText(this.#announcer, text[phase]);
  }

  /** After every drawing: what stands over the picture follows it. */
  #drawn(): void {
    const tiles = this.#view?.tiles ?? [];
    this.#discs.place(tiles);
    const shown = this.#memory.layout === 'multiplanar' || this.#memory.tool === 'crosshair';
    this.#crosshair.place(tiles, this.#view && shown ? this.#view.crosshair : null);
    const toVoxel = invert(this.#affine);
    const fromWorld = tiles.map((tile) => (toVoxel ? compose(tile.fromVoxel, toVoxel) : tile.fromVoxel));
    this.#orientation.place(
      tiles.map((tile, i) => ({ rect: tile.rect, letters: orientationLetters(fromWorld[i]) })),
    );
    this.#root.dataset['view'] = JSON.stringify({
      tiles: tiles.map(({ plane, rect }, i) => ({ plane, rect, fromWorld: fromWorld[i] })),
      zoom: this.#view?.zoom ?? 1,
      devicePixelRatio,
    });
    this.#read();
  }

  #point(place: { tile: Tile; x: number; y: number } | null): void {
    this.#pointer = place;
    this.#read();
  }

  /** The line below the picture. */
  #read(): void {
    const view = this.#view;
    if (!view || view.tiles.length === 0) return;
    const plane = this.#pointer?.tile.plane ?? 'sagittal';
    const tile = view.tiles.find((candidate) => candidate.plane === plane);
    const under = tile && this.#pointer ? unproject(tile, this.#pointer.x, this.#pointer.y) : null;
    const inside = under?.every((value, i) => value > -0.5 && value < view.shape[i] - 0.5) ?? false;
    const voxel = inside ? under : null;
    this.#footer.update({
      plane,
      slice: view.slice(plane),
      slices: view.sliceCount(plane),
      voxel,
      world: voxel && apply(this.#affine, voxel),
      intensity: voxel && view.intensity(voxel),
      zoom: view.zoom,
    });
  }

  #select(value: number | null): void {
    this.#discs.highlight('data-selected', value);
    this.#list.select(value);
    if (this.#memory.selected !== value) this.#remember({ selected: value });
  }

  #hover(value: number | null): void {
    this.#discs.highlight('data-hover', value);
    this.#list.highlight(value);
  }

  #jump(disc: Disc): void {
    this.#select(disc.value);
    const view = this.#view;
    if (!view) return;
    view.goTo(disc.voxel);
    this.#reveal(disc.voxel);
  }

  /** Pans, if a place is outside what is shown. */
  #reveal(voxel: Vec3): void {
    const view = this.#view!;
    for (const tile of view.tiles) {
      const [x, y] = apply(tile.fromVoxel, voxel);
      const { left, top, width, height } = tile.rect;
      const margin = 24;
      const outside =
        x < left + margin || x > left + width - margin || y < top + margin || y > top + height - margin;
      if (outside && view.zoom > 1) view.panBy(tile, left + width / 2 - x, top + height / 2 - y);
    }
  }

  /** To the labelled slice. */
  #goHome(): void {
    const result = this.#state?.labels?.result;
    const view = this.#view;
    if (!result || !view) return;
    const centre = view.shape.map((size) => (size - 1) / 2);
    const { discs } = result;
    const place = centre.map((middle, i) =>
      discs.length > 0 ? discs.reduce((sum, { voxel }) => sum + voxel[i], 0) / discs.length : middle,
    );
    place[result.slice.axis] = result.slice.index;
    view.goTo([place[0], place[1], place[2]]);
  }

  #zoom(factor: number): void {
    const tile = this.#view?.tiles[0];
    if (!tile) return;
    const { left, top, width, height } = tile.rect;
    this.#view!.zoomAt(factor, tile, left + width / 2, top + height / 2);
    this.#changedByHand();
  }

  #fit(): void {
    this.#view?.fit();
    this.#changedByHand();
  }

  #resetWindow(): void {
    if (!this.#view) return;
    this.#view.window = this.#view.robustWindow;
    this.#remember({ window: null });
  }

  #changedByHand(): void {
    if (this.#view) this.#remember({ window: this.#view.window, pan: this.#view.pan });
  }

  #setLayout(layout: Layout): void {
    this.#remember({ layout });
    if (this.#view) this.#view.layout = layout;
  }

  #setTool(tool: Tool): void {
    this.#remember({ tool });
    this.#stage.dataset['tool'] = tool;
    this.#drawn();
  }

  #setOverlay(kind: OverlayKind, setting: Partial<OverlaySetting>): void {
    const overlays = { ...this.#memory.overlays, [kind]: { ...this.#memory.overlays[kind], ...setting } };
    this.#remember({ overlays });
    this.#applyOverlays();
  }

  #applyOverlays(): void {
    for (const kind of ['attention', 'heatmap'] as const) {
      const { shown, opacity } = this.#memory.overlays[kind];
      this.#view?.setOverlayOpacity(kind, shown ? opacity : 0);
    }
  }

  #remember(change: Partial<Memory>): void {
    this.#memory = { ...this.#memory, ...change };
    this.#host.memory = this.#memory;
    this.#render();
  }

  #act(action: ViewerAction): void {
    const toggle = (kind: OverlayKind): void =>
      this.#setOverlay(kind, { shown: !this.#memory.overlays[kind].shown });
    if (action === 'toggleAttention') toggle('attention');
    else if (action === 'toggleHeatMap') toggle('heatmap');
    else this.#setLayout(this.#memory.layout === 'sagittal' ? 'multiplanar' : 'sagittal');
  }

  /** Refusals are shown by the editor, as a notification. */
  async #ask(request: ViewerRequest): Promise<void> {
    await this.#host.request(request).catch(() => {});
  }

  #scroll(by: number): void {
    const view = this.#view;
    view?.setSlice('sagittal', view.slice('sagittal') + by);
  }

  #selectNext(by: 1 | -1): void {
    const discs = inOrder(this.#state?.labels?.result.discs ?? []);
    if (discs.length === 0) return;
    const at = discs.findIndex(({ value }) => value === this.#memory.selected);
    const next = at < 0 ? (by > 0 ? 0 : discs.length - 1) : Math.min(Math.max(at + by, 0), discs.length - 1);
    this.#jump(discs[next]);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = (dx: number, dy: number): void => {
      const tile = this.#view?.tiles[0];
      if (tile) this.#view!.panBy(tile, dx, dy);
      this.#changedByHand();
    };
    const step = 40;
    const plain: Record<string, () => void> = {
      ArrowLeft: () => this.#scroll(-1),
      ArrowRight: () => this.#scroll(1),
      PageUp: () => this.#scroll(-1),
      PageDown: () => this.#scroll(1),
      ArrowUp: () => this.#selectNext(-1),
      ArrowDown: () => this.#selectNext(1),
      Home: () => this.#goHome(),
      '+': () => this.#zoom(1.25),
      '=': () => this.#zoom(1.25),
      '-': () => this.#zoom(1 / 1.25),
      '0': () => this.#fit(),
      m: () => this.#act('toggleMultiplanar'),
      a: () => this.#act('toggleAttention'),
      h: () => this.#act('toggleHeatMap'),
      r: () => this.#resetWindow(),
      ...Object.fromEntries(tools.map((tool, i) => [String(i + 1), () => this.#setTool(tool)])),
    };
    const shifted: Record<string, () => void> = {
      ArrowLeft: () => pan(step, 0),
      ArrowRight: () => pan(-step, 0),
      ArrowUp: () => pan(0, step),
      ArrowDown: () => pan(0, -step),
    };
    const action =
      (event.shiftKey ? shifted[event.key] : undefined) ??
      plain[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
