import type { Disc, ErrorData } from '@disc-labeling/server/protocol';
import type { Place, ViewerAction, ViewerRequest, ViewerState } from '../messages/viewer.js';
import { Cover } from './cover.js';
import { DiscList } from './disc-list.js';
import { summarize } from './discs.js';
import { h, setAttribute, setText } from '../common/dom.js';
import type { Host } from '../common/host.js';
import type { Tool } from './interaction.js';
import { handleKey, zoomStep, type KeyActions } from './keys.js';
import { LabelsSection, mayCorrectDiscs, mayNameDiscs } from './labels-section.js';
import { t } from '../common/localize.js';
import { freshMemory, type Memory } from './memory.js';
import { OverlaysSection, type OverlaySetting } from './overlays-section.js';
import { phaseOf, type Phase, type Picture } from './phase.js';
import { PictureLoader } from './picture.js';
import { Stage } from './stage.js';
import { Toolbar } from './toolbar.js';
import { listDiscs, type ListedDisc } from './truth.js';
import { VolumeSection } from './volume-section.js';
import { CannotDraw, type Layout, type OverlayKind, type VolumeView } from './volume-view.js';
import { WindowSection } from './window-section.js';

type ViewerHost = Host<ViewerState, ViewerRequest, ViewerAction, Memory>;

/** The whole viewer: puts the parts together and keeps them in step with the state and with what the user chose. */
export class Viewer {
  readonly #root: HTMLElement;
  readonly #host: ViewerHost;
  readonly #stage: Stage;
  readonly #cover: Cover;
  readonly #labels: LabelsSection;
  readonly #list: DiscList;
  readonly #overlays: OverlaysSection;
  readonly #window: WindowSection;
  readonly #volume = new VolumeSection();
  readonly #toolbar: Toolbar;
  readonly #announcer = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  readonly #keys: KeyActions;
  #view: VolumeView | null = null;
  #loader: PictureLoader | null = null;
  #cannotDraw: ErrorData | null = null;
  #state: ViewerState | null = null;
  #memory: Memory;
  #remembered: boolean;
  #shownLabels = '';
  /** By which the names shown were moved. */
  #levelShift = 0;
  /** Stamp of the place that was turned to. */
  #placeShown = 0;
  #listed: readonly ListedDisc[] = [];
  #phase: Phase | null = null;

  constructor(root: HTMLElement, host: ViewerHost) {
    this.#root = root;
    this.#host = host;
    this.#remembered = host.memory !== undefined;
    this.#memory = {
      ...freshMemory({ attention: false, heatmap: false }),
      ...host.memory,
    };
    const ask = (request: ViewerRequest): void => void this.#ask(request);
    const hover = (disc: Pick<Disc, 'value'> | null): void => this.#hover(disc?.value ?? null);
    const jump = (disc: Pick<Disc, 'value' | 'voxel'>): void => this.#jump(disc);
    this.#keys = this.#keyActions();
    this.#cover = new Cover(ask);
    this.#stage = new Stage(this.#cover.element, {
      select: jump,
      moved: (disc, place) => {
        this.#select(disc);
        ask({ kind: 'moveDisc', disc, place });
      },
      added: (place) => ask({ kind: 'addDisc', place }),
      hover,
      changed: () => this.#changedByHand(),
      key: (event) => handleKey(event, this.#keys),
      drawn: (view) => (root.dataset['view'] = view),
    });
    this.#labels = new LabelsSection(ask, () => this.#setLevel());
    this.#list = new DiscList({
      select: ({ value }) => this.#select(value),
      jump,
      hover,
      showTruth: (truth) => this.#showTruth(truth),
      setLevel: () => this.#setLevel(),
      remove: () => this.#removeDisc(),
      takeTruth: () => ask({ kind: 'takeTruth' }),
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
      zoom: (direction) => this.#stage.zoom(zoomStep ** direction),
      fit: () => this.#stage.fit(),
      home: () => this.#stage.goHome(),
    });
    this.#build();
  }

  #build(): void {
    this.#root.append(
      h('div', { class: 'main' }, this.#toolbar.element, this.#stage.element, this.#stage.footer.element),
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
    this.#list.setDiscs([], null);
    this.#showTruth(this.#memory.truth);
    this.#stage.tool = this.#memory.tool;
    this.#render();
  }

  /** Prepares the graphics, then connects to the extension host. */
  async start(): Promise<void> {
    try {
      this.#view = await this.#stage.start();
      this.#loader = new PictureLoader(this.#view, () => this.#render());
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

  async #update(state: ViewerState): Promise<void> {
    this.#state = state;
    if (!this.#remembered) this.#memory = freshMemory(state.defaults);
    this.#remembered = true;
    this.#stage.headerAffine = state.header?.affine;
    this.#showLabels(state);
    this.#render();
    if (!this.#loader || state.problem) return;
    if (await this.#loader.load(state.file)) {
      this.#restoreView();
      this.#stage.goHome();
      this.#placeShown = 0;
    }
    this.#turnTo(this.#state.place);
    if (!this.#loader.picture.loaded) return;
    await this.#loader.loadOverlays(this.#state.labels);
    this.#render();
  }

  /** To a place asked for from outside, once. */
  #turnTo(place: Place | null): void {
    if (!place || place.stamp === this.#placeShown || !this.#loader?.picture.loaded) return;
    this.#placeShown = place.stamp;
    const { disc, voxel } = place;
    if (disc === null) this.#view?.goTo(voxel);
    else this.#jump({ value: disc, voxel });
  }

  /** After a volume was loaded: what the user had chosen for it. */
  #restoreView(): void {
    const view = this.#view!;
    const { layout, window, pan } = this.#memory;
    view.layout = layout;
    if (window) view.window = window;
    if (pan) view.pan = pan;
    this.#applyOverlays();
    this.#render();
  }

  #showLabels({ labels, truth }: ViewerState): void {
    const key = JSON.stringify(labels || truth ? [labels?.result.discs, labels?.result.slice, truth] : null);
    if (key === this.#shownLabels) return;
    const first = this.#shownLabels === '' || this.#shownLabels === 'null';
    this.#shownLabels = key;
    const discs = labels?.result.discs ?? [];
    const levelShift = labels?.result.levelShift ?? 0;
    const moved = levelShift - this.#levelShift;
    this.#levelShift = levelShift;
    this.#stage.result = labels?.result ?? null;
    this.#stage.truthDiscs = truth?.discs ?? [];
    this.#listed = listDiscs(discs, truth?.discs ?? null, this.#stage.leftRight);
    this.#list.setDiscs(this.#listed, truth);
    // The same disc stays selected under its new name.
    const selected = this.#memory.selected === null ? null : this.#memory.selected + moved;
    this.#select(this.#listed.some(({ value }) => value === selected) ? selected : null);
    if (first && this.#placeShown === 0 && this.#loader?.picture.loaded) this.#stage.goHome();
  }

  #showTruth(truth: boolean): void {
    this.#root.toggleAttribute('data-hide-truth', !truth);
    this.#list.truthShown = truth;
    if (this.#memory.truth !== truth) this.#remember({ truth });
  }

  get #picture(): Picture {
    const problem = this.#cannotDraw;
    return problem ? { loaded: false, problem } : (this.#loader?.picture ?? { loaded: false, problem });
  }

  /** Everything that depends on the state. */
  #render(): void {
    const picture = this.#picture;
    const state = this.#state;
    const phase = phaseOf(state, picture);
    this.#root.dataset['state'] = phase;
    const problem = state?.problem ?? picture.problem;
    setAttribute(this.#root, 'data-broken', problem !== null);
    if (problem) this.#cover.failed(problem, state?.file.name ?? '');
    else if (!picture.loaded) this.#cover.loading(state?.file.name ?? '', this.#loader?.fraction ?? null);
    else this.#cover.hide();
    if (state) this.#renderPanel(state, phase);
    if (this.#view && picture.loaded) this.#window.update(this.#view.window, this.#view.range);
    const correctable = state !== null && mayCorrectDiscs(state);
    this.#stage.correctable = correctable;
    this.#list.correctable = correctable;
    this.#toolbar.update(this.#memory.tool, this.#memory.layout, Boolean(state?.labels), correctable);
    this.#announce(phase);
  }

  #renderPanel(state: ViewerState, phase: Phase): void {
    this.#labels.update(state, phase);
    this.#volume.update(state.header);
    this.#overlays.update(this.#memory.overlays, {
      attention: Boolean(state.labels?.overlays.attention),
      heatmap: Boolean(state.labels?.overlays.heatmap),
    });
  }

  /** Tells screen readers what happened, once. */
  #announce(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    const state = this.#state;
    const failure =
      state?.problem ??
      (state?.labelling.phase === 'failed' ? state.labelling.problem : this.#picture.problem);
    const text: Partial<Record<Phase, string>> = {
      labelling: t('Labelling started'),
      labelled: summarize(state?.labels?.result.discs ?? []),
      empty: t('No disc found'),
      error: failure ? `${failure.what}: ${failure.why}` : t('Failed'),
      disconnected: t('The backend stopped'),
    };
    if (text[phase] !== undefined) setText(this.#announcer, text[phase]);
  }

  #select(value: number | null): void {
    this.#stage.highlight('data-selected', value);
    this.#list.select(value);
    if (this.#memory.selected !== value) this.#remember({ selected: value });
  }

  #hover(value: number | null): void {
    this.#stage.highlight('data-hover', value);
    this.#list.highlight(value);
  }

  #jump(disc: Pick<Disc, 'value' | 'voxel'>): void {
    this.#select(disc.value);
    this.#stage.jumpTo(disc);
  }

  #selectNext(by: 1 | -1): void {
    const discs = this.#listed;
    if (discs.length === 0) return;
    const at = discs.findIndex(({ value }) => value === this.#memory.selected);
    const start = by > 0 ? 0 : discs.length - 1;
    this.#jump(discs[at < 0 ? start : Math.min(Math.max(at + by, 0), discs.length - 1)]);
  }

  #resetWindow(): void {
    if (!this.#view) return;
    this.#view.window = this.#view.robustWindow;
    this.#remember({ window: null });
  }

  #changedByHand(): void {
    const view = this.#view;
    if (!view) return;
    const { window, robustWindow } = view;
    const asSuggested = window.low === robustWindow.low && window.high === robustWindow.high;
    this.#remember({ window: asSuggested ? null : window, pan: view.pan });
  }

  #setLayout(layout: Layout): void {
    this.#stage.layout = layout;
    this.#remember({ layout });
  }

  #setTool(tool: Tool): void {
    this.#stage.tool = tool;
    this.#remember({ tool });
  }

  #setOverlay(kind: OverlayKind, setting: Partial<OverlaySetting>): void {
    const { overlays } = this.#memory;
    this.#remember({ overlays: { ...overlays, [kind]: { ...overlays[kind], ...setting } } });
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
    else if (action === 'toggleTruth') this.#showTruth(!this.#memory.truth);
    else if (action === 'correctDiscs') this.#setTool('correct');
    else this.#setLayout(this.#memory.layout === 'sagittal' ? 'multiplanar' : 'sagittal');
  }

  /** The editor asks which disc it is. */
  #setLevel(): void {
    if (!this.#state || !mayNameDiscs(this.#state)) return;
    void this.#ask({ kind: 'setLevel', disc: this.#memory.selected });
  }

  /** The selected one; the editor can undo it. */
  #removeDisc(): void {
    const { selected } = this.#memory;
    if (selected === null || !this.#state || !mayCorrectDiscs(this.#state)) return;
    if (this.#state.labels!.result.discs.some(({ value }) => value === selected))
      void this.#ask({ kind: 'removeDisc', disc: selected });
  }

  /** Refusals are shown by the editor, as a notification. */
  async #ask(request: ViewerRequest): Promise<void> {
    await this.#host.request(request).catch(() => {});
  }

  #keyActions(): KeyActions {
    return {
      scroll: (by) => this.#stage.scroll(by),
      selectNext: (by) => this.#selectNext(by),
      home: () => this.#stage.goHome(),
      zoom: (factor) => this.#stage.zoom(factor),
      fit: () => this.#stage.fit(),
      pan: (dx, dy) => this.#stage.pan(dx, dy),
      toggleMultiplanar: () => this.#act('toggleMultiplanar'),
      toggleAttention: () => this.#act('toggleAttention'),
      toggleHeatMap: () => this.#act('toggleHeatMap'),
      toggleTruth: () => this.#act('toggleTruth'),
      resetWindow: () => this.#resetWindow(),
      setLevel: () => this.#setLevel(),
      removeDisc: () => this.#removeDisc(),
      tool: (tool) => this.#setTool(tool),
    };
  }
}
