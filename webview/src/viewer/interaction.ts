import { tileAt, unproject, type Tile, type Vec3 } from './geometry.js';
import type { VolumeView } from './volume-view.js';

/** What dragging with the main button does. */
export type Tool = 'window' | 'pan' | 'zoom' | 'crosshair' | 'correct';

/** The discs as the tool `correct` takes hold of them. */
export interface Corrections {
  /** Value of the disc whose point is here (CSS pixels); null: none. */
  discAt(tile: Tile, x: number, y: number): number | null;
  /** The disc follows the pointer: it stays at its distance to the slice. */
  drag(disc: number, tile: Tile, x: number, y: number): void;
  /** It was let go where it is; `moved`: whether that is another place. */
  drop(disc: number, moved: boolean): void;
  /** The system took the pointer away: the disc is where it was. */
  cancel(disc: number): void;
  /** A click where there is no disc, on the drawn slice. */
  add(voxel: Vec3): void;
}

export interface InteractionTarget {
  readonly view: VolumeView;
  readonly tool: Tool;
  /** Null while discs can't be corrected. */
  readonly corrections: Corrections | null;
  /** The pointer is over this place (CSS pixels), or has left. */
  pointerAt(place: { tile: Tile; x: number; y: number } | null): void;
  /** Window, zoom, pan or slice changed by hand. */
  changed(): void;
}

/** Wheel units per slice; trackpads send many small steps. */
const wheelStep = 50;
const pointsPerLine = 40;
/** A pointer that moved less than this, CSS pixels, has clicked. */
const stillWithin = 3;

/** Pointer and wheel on the picture. */
export class Interaction {
  readonly #stage: HTMLElement;
  readonly #target: InteractionTarget;
  #drag: { tile: Tile; tool: Tool; x: number; y: number; pointer: number } | null = null;
  /** The disc in hand, or (null) the place where one may be added. */
  #held: { disc: number | null; x: number; y: number; moved: boolean } | null = null;
  #wheel = 0;

  constructor(stage: HTMLElement, target: InteractionTarget) {
    this.#stage = stage;
    this.#target = target;
    stage.addEventListener('pointerdown', (event) => this.#down(event));
    stage.addEventListener('pointermove', (event) => this.#move(event));
    stage.addEventListener('pointerup', (event) => {
      this.#letGo(event);
      this.#end();
    });
    stage.addEventListener('pointercancel', () => {
      const disc = this.#held?.disc ?? null;
      if (disc !== null) target.corrections?.cancel(disc);
      this.#end();
    });
    stage.addEventListener('pointerleave', () => target.pointerAt(null));
    stage.addEventListener('wheel', (event) => this.#scroll(event), { passive: false });
    stage.addEventListener('dblclick', () => {
      // There, the first of two clicks has added a disc.
      if (target.tool === 'correct') return;
      target.view.fit();
      target.changed();
    });
    stage.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  #place(event: MouseEvent): { tile: Tile | undefined; x: number; y: number } {
    const box = this.#stage.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    return { tile: tileAt(this.#target.view.tiles, x, y), x, y };
  }

  #down(event: PointerEvent): void {
    if ((event.target as Element).closest('button, vscode-button')) return;
    const { tile, x, y } = this.#place(event);
    if (!tile) return;
    const tool =
      event.button === 1 || event.shiftKey ? 'pan' : event.button === 2 ? 'zoom' : this.#target.tool;
    if (tool === 'correct') this.#take(tile, x, y);
    this.#drag = { tile, tool, x, y, pointer: event.pointerId };
    this.#stage.setPointerCapture(event.pointerId);
    this.#stage.dataset['dragging'] = tool;
    if (event.button === 0 && (tool === 'crosshair' || this.#target.view.layout === 'multiplanar'))
      this.#moveCrosshair(tile, x, y);
    if (event.button === 1) event.preventDefault();
  }

  #move(event: PointerEvent): void {
    const { tile, x, y } = this.#place(event);
    this.#target.pointerAt(tile ? { tile, x, y } : null);
    const drag = this.#drag;
    if (!drag || drag.pointer !== event.pointerId) return;
    const dx = x - drag.x;
    const dy = y - drag.y;
    if (dx === 0 && dy === 0) return;
    const { view } = this.#target;
    if (drag.tool === 'pan') view.panBy(drag.tile, dx, dy);
    else if (drag.tool === 'zoom') view.zoomAt(Math.exp(-dy / 150), drag.tile, drag.x, drag.y);
    else if (drag.tool === 'window') this.#adjustWindow(dx, dy);
    else if (drag.tool === 'correct') return this.#carry(drag.tile, x, y);
    else this.#moveCrosshair(drag.tile, x, y);
    // Zooming keeps the place where it began.
    this.#drag = drag.tool === 'zoom' ? { ...drag, y } : { ...drag, x, y };
    this.#target.changed();
  }

  /** Takes hold of the disc under the pointer. */
  #take(tile: Tile, x: number, y: number): void {
    const { corrections } = this.#target;
    this.#held = corrections && { disc: corrections.discAt(tile, x, y), x, y, moved: false };
  }

  #carry(tile: Tile, x: number, y: number): void {
    const held = this.#held;
    if (!held) return;
    held.moved ||= Math.hypot(x - held.x, y - held.y) > stillWithin;
    const current = this.#current(tile);
    if (held.moved && held.disc !== null && current) this.#target.corrections?.drag(held.disc, current, x, y);
  }

  #letGo(event: PointerEvent): void {
    const held = this.#held;
    const { corrections } = this.#target;
    if (!held || !corrections) return;
    if (held.disc !== null) return corrections.drop(held.disc, held.moved);
    const { tile, x, y } = this.#place(event);
    const voxel = held.moved || !tile ? null : unproject(tile, x, y);
    if (voxel) corrections.add(voxel);
  }

  #end(): void {
    this.#held = null;
    this.#drag = null;
    delete this.#stage.dataset['dragging'];
  }

  /** Sideways: wider or narrower; up: darker (a higher level), as on a radiology workstation. */
  #adjustWindow(dx: number, dy: number): void {
    const { view } = this.#target;
    const { low, high } = view.window;
    const robust = view.robustWindow;
    const unit = (robust.high - robust.low || 1) / 400;
    const width = Math.max(high - low + dx * unit, unit);
    const level = (low + high) / 2 - dy * unit;
    view.window = { low: level - width / 2, high: level + width / 2 };
  }

  #moveCrosshair(tile: Tile, x: number, y: number): void {
    const voxel = this.#voxelAt(tile, x, y);
    if (voxel) this.#target.view.goTo(voxel);
  }

  #voxelAt(tile: Tile, x: number, y: number): readonly [number, number, number] | null {
    const current = this.#current(tile);
    return current ? unprojectInside(current, x, y) : null;
  }

  /** The tile as the view has drawn it since. */
  #current(tile: Tile): Tile | undefined {
    return this.#target.view.tiles.find(({ plane }) => plane === tile.plane);
  }

  #scroll(event: WheelEvent): void {
    const { tile, x, y } = this.#place(event);
    if (!tile) return;
    event.preventDefault();
    const delta = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * pointsPerLine : event.deltaY;
    const { view } = this.#target;
    if (event.ctrlKey || event.metaKey) view.zoomAt(Math.exp(-delta / 300), tile, x, y);
    else {
      this.#wheel += delta;
      const slices = Math.trunc(this.#wheel / wheelStep);
      if (slices === 0) return;
      this.#wheel -= slices * wheelStep;
      view.setSlice(tile.plane, view.slice(tile.plane) + slices);
    }
    this.#target.changed();
    this.#target.pointerAt({ tile, x, y });
  }
}

/** Voxel under a point, kept inside the tile while dragging. */
function unprojectInside(tile: Tile, x: number, y: number): readonly [number, number, number] | null {
  const { left, top, width, height } = tile.rect;
  return unproject(tile, Math.min(Math.max(x, left), left + width), Math.min(Math.max(y, top), top + height));
}
