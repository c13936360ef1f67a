import type { Disc, LabelResult } from '@disc-labeling/server/protocol';
import { CrosshairLayer } from './crosshair-layer.js';
import { DiscLayer } from './disc-layer.js';
import { h, setAttribute } from '../common/dom.js';
import { Footer } from './footer.js';
import {
  affineFromRows,
  apply,
  compose,
  invert,
  orientationLetters,
  unproject,
  type Affine3,
  type Tile,
  type Vec3,
} from './geometry.js';
import { Interaction, type Corrections, type Tool } from './interaction.js';
import { t } from '../common/localize.js';
import type { DiscPlace, TruthDisc } from '../messages/viewer.js';
import { OrientationLayer } from './orientation-layer.js';
import { TruthLayer } from './truth-layer.js';
import { VolumeView, type Layout } from './volume-view.js';

export interface StageListener {
  select(disc: Disc): void;
  /** A disc was put at another place by hand. */
  moved(value: number, place: DiscPlace): void;
  /** A click where a disc is to be added. */
  added(place: DiscPlace): void;
  hover(disc: Disc | null): void;
  /** Window, zoom, pan or slice was changed by hand. */
  changed(): void;
  key(event: KeyboardEvent): void;
  /** Something was drawn: where its slices are, for whoever looks from outside. */
  drawn(view: string): void;
}

/** Distance from the edge at which a selected disc counts as out of sight, CSS pixels. */
const margin = 24;

/** The picture with everything over and below it. */
export class Stage {
  readonly element: HTMLElement;
  readonly footer = new Footer();
  readonly discs: DiscLayer;
  readonly #canvas = h('canvas', { class: 'picture', 'aria-hidden': 'true' });
  readonly #crosshair = new CrosshairLayer();
  readonly #orientation = new OrientationLayer();
  readonly truth = new TruthLayer();
  readonly #listener: StageListener;
  #view: VolumeView | null = null;
  #headerAffine: Affine3 | null = null;
  #result: LabelResult | null = null;
  #truth: readonly TruthDisc[] = [];
  #tool: Tool = 'window';
  #correctable = false;
  /** Where the disc in hand is. */
  #carried: Vec3 | null = null;
  #pointer: { tile: Tile; x: number; y: number } | null = null;

  constructor(cover: HTMLElement, listener: StageListener) {
    this.#listener = listener;
    this.discs = new DiscLayer(
      t('Disc names on the picture'),
      (disc) => listener.select(disc),
      (disc) => listener.hover(disc),
    );
    this.element = h(
      'div',
      {
        class: 'stage',
        tabindex: 0,
        role: 'group',
        'aria-label': t(
          'Picture. Left and right arrow keys change the slice, up and down select a disc, plus and minus zoom, 0 fits.',
        ),
        onkeydown: (event: KeyboardEvent) => listener.key(event),
      },
      this.#canvas,
      this.#crosshair.element,
      this.#orientation.element,
      this.truth.element,
      this.discs.element,
      cover,
    );
  }

  /** Prepares the graphics. @throws CannotDraw */
  async start(): Promise<VolumeView> {
    const view = await VolumeView.create(this.#canvas, () => this.refresh());
    this.#view = view;
    const tool = (): Tool => this.#tool;
    const onDiscs = this.#corrections(view);
    const corrections = (): Corrections | null => (this.#correctable ? onDiscs : null);
    new Interaction(this.element, {
      view,
      get tool() {
        return tool();
      },
      get corrections() {
        return corrections();
      },
      pointerAt: (place) => {
        this.#pointer = place;
        this.#read();
      },
      changed: () => this.#listener.changed(),
    });
    return view;
  }

  /** Whether discs can be corrected now. */
  set correctable(correctable: boolean) {
    this.#correctable = correctable;
  }

  /** What the tool `correct` does with discs. */
  #corrections(view: VolumeView): Corrections {
    const discOf = (value: number): Disc | undefined =>
      this.#result?.discs.find((disc) => disc.value === value);
    return {
      discAt: (tile, x, y) => this.discs.discAt(tile, x, y)?.value ?? null,
      drag: (value, tile, x, y) => {
        this.#carried = this.discs.drag(value, { tile, x, y }, view.shape);
        this.refresh();
      },
      drop: (value, moved) => {
        const disc = discOf(value);
        if (moved && this.#carried) this.#listener.moved(value, this.#placeOf(this.#carried));
        else if (disc) this.#listener.select(disc);
        this.#carried = null;
      },
      cancel: (value) => {
        const disc = discOf(value);
        this.#carried = null;
        if (disc) this.discs.putBack(disc);
        this.refresh();
      },
      add: (voxel) => {
        if (isInside(voxel, view.shape)) this.#listener.added(this.#placeOf(voxel));
      },
    };
  }

  #placeOf(voxel: Vec3): DiscPlace {
    return { voxel, world: apply(this.#affine, voxel) };
  }

  /** What dragging does. */
  set tool(tool: Tool) {
    this.#tool = tool;
    setAttribute(this.element, 'data-tool', tool);
    this.refresh();
  }

  set layout(layout: Layout) {
    if (this.#view) this.#view.layout = layout;
  }

  /** The header's own affine, as the backend reads it. */
  set headerAffine(rows: readonly (readonly number[])[] | undefined) {
    this.#headerAffine = rows ? affineFromRows(rows) : null;
  }

  /** File voxel to world mm: as the backend reads the header, or without a backend as the renderer does. */
  get #affine(): Affine3 {
    return (
      this.#headerAffine ??
      this.#view?.affine ??
      affineFromRows([
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
      ])
    );
  }

  /** Discs over the picture; null for none. */
  set result(result: LabelResult | null) {
    this.#result = result;
    const { axis = 0, thickness = 0 } = result?.slice ?? {};
    const slice = Math.hypot(...this.#affine.map((row) => row[axis]));
    this.discs.setDiscs(result?.discs ?? [], (thickness * slice) / 2);
    this.#setTruth();
    this.refresh();
  }

  /** Where the discs truly are; none for no truth. */
  set truthDiscs(discs: readonly TruthDisc[]) {
    this.#truth = discs;
    this.#setTruth();
    this.refresh();
  }

  #setTruth(): void {
    this.truth.setDiscs(this.#truth, new Map(this.#result?.discs.map(({ value, voxel }) => [value, voxel])));
  }

  /** Direction in the world in which sagittal slices are stacked. */
  get leftRight(): Vec3 {
    const axis = this.#result?.slice.axis ?? 0;
    const [x, y, z] = this.#affine.map((row) => row[axis]);
    return [x, y, z];
  }

  /** Marks a disc as selected or pointed at, and its true place with it. */
  highlight(attribute: 'data-selected' | 'data-hover', value: number | null): void {
    this.discs.highlight(attribute, value);
    this.truth.highlight(attribute, value);
  }

  /** To the labelled slice. */
  goHome(): void {
    const view = this.#view;
    const result = this.#result;
    if (!result || !view) return;
    const { discs, slice } = result;
    const place = view.shape.map((size, i) =>
      discs.length > 0 ? discs.reduce((sum, { voxel }) => sum + voxel[i], 0) / discs.length : (size - 1) / 2,
    );
    place[slice.axis] = slice.index;
    view.goTo([place[0], place[1], place[2]]);
  }

  /** Shows a disc: its slices, and the part of them where it lies. */
  jumpTo({ voxel }: Pick<Disc, 'voxel'>): void {
    const view = this.#view;
    if (!view) return;
    view.goTo(voxel);
    for (const tile of view.tiles) {
      const [x, y] = apply(tile.fromVoxel, voxel);
      const { left, top, width, height } = tile.rect;
      const inside =
        x >= left + margin && x <= left + width - margin && y >= top + margin && y <= top + height - margin;
      if (!inside && view.zoom > 1) view.panBy(tile, left + width / 2 - x, top + height / 2 - y);
    }
  }

  scroll(by: number): void {
    this.#view?.setSlice('sagittal', this.#view.slice('sagittal') + by);
  }

  /** Zooms about the middle. */
  zoom(factor: number): void {
    const tile = this.#view?.tiles[0];
    if (!tile) return;
    const { left, top, width, height } = tile.rect;
    this.#view!.zoomAt(factor, tile, left + width / 2, top + height / 2);
    this.#listener.changed();
  }

  pan(dx: number, dy: number): void {
    const tile = this.#view?.tiles[0];
    if (!tile) return;
    this.#view!.panBy(tile, dx, dy);
    this.#listener.changed();
  }

  fit(): void {
    this.#view?.fit();
    this.#listener.changed();
  }

  /** Puts everything that stands over the picture where the picture is now. */
  refresh(): void {
    const view = this.#view;
    if (!view) return;
    const tiles = view.tiles;
    this.discs.place(tiles);
    this.truth.place(tiles);
    const crosshair = view.layout === 'multiplanar' || this.#tool === 'crosshair';
    this.#crosshair.place(tiles, crosshair ? view.crosshair : null);
    const toVoxel = invert(this.#affine);
    const fromWorld = tiles.map((tile) => (toVoxel ? compose(tile.fromVoxel, toVoxel) : tile.fromVoxel));
    this.#orientation.place(
      tiles.map(({ rect }, i) => ({ rect, letters: orientationLetters(fromWorld[i]) })),
    );
    this.#listener.drawn(
      JSON.stringify({
        tiles: tiles.map(({ plane, rect }, i) => ({ plane, rect, fromWorld: fromWorld[i] })),
        zoom: view.zoom,
        devicePixelRatio,
      }),
    );
    this.#read();
  }

  /** The line below the picture. */
  #read(): void {
    const view = this.#view;
    if (!view || view.tiles.length === 0) return;
    const plane = this.#pointer?.tile.plane ?? 'sagittal';
    const voxel = this.#voxelAtPointer(view);
    this.footer.update({
      plane,
      slice: view.slice(plane),
      slices: view.sliceCount(plane),
      voxel,
      world: voxel && apply(this.#affine, voxel),
      intensity: voxel && view.intensity(voxel),
      zoom: view.zoom,
    });
  }

  #voxelAtPointer(view: VolumeView): Vec3 | null {
    const pointer = this.#pointer;
    const tile = view.tiles.find(({ plane }) => plane === pointer?.tile.plane);
    const voxel = tile && pointer ? unproject(tile, pointer.x, pointer.y) : null;
    return voxel && isInside(voxel, view.shape) ? voxel : null;
  }
}

const isInside = (voxel: Vec3, shape: Vec3): boolean =>
  voxel.every((value, axis) => value > -0.5 && value < shape[axis] - 0.5);
