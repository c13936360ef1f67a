import { tileAt, unproject, type Tile } from './geometry.js';
import type { VolumeView } from './volume-view.js';

/** What dragging with the main button does. */
export type Tool = 'window' | 'pan' | 'zoom' | 'crosshair';

export interface InteractionTarget {
  readonly view: VolumeView;
  readonly tool: Tool;
  /** The pointer is over this place (CSS pixels), or has left. */
  pointerAt(place: { tile: Tile; x: number; y: number } | null): void;
  /** Window, zoom, pan or slice changed by hand. */
  changed(): void;
}

/** Wheel units per slice; trackpads send many small steps. */
const wheelStep = 50;
const pointsPerLine = 40;

/** Pointer and wheel on the picture. */
export class Interaction {
  readonly #stage: HTMLElement;
  readonly #target: InteractionTarget;
  #drag: { tile: Tile; tool: Tool; x: number; y: number; pointer: number } | null = null;
  #wheel = 0;

  constructor(stage: HTMLElement, target: InteractionTarget) {
    this.#stage = stage;
    this.#target = target;
    stage.addEventListener('pointerdown', (event) => this.#down(event));
    stage.addEventListener('pointermove', (event) => this.#move(event));
    stage.addEventListener('pointerup', () => this.#end());
    stage.addEventListener('pointercancel', () => this.#end());
    stage.addEventListener('pointerleave', () => target.pointerAt(null));
    stage.addEventListener('wheel', (event) => this.#scroll(event), { passive: false });
    stage.addEventListener('dblclick', () => {
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
    else this.#moveCrosshair(drag.tile, x, y);
    // Zooming keeps the place where it began.
    this.#drag = drag.tool === 'zoom' ? { ...drag, y } : { ...drag, x, y };
    this.#target.changed();
  }

  #end(): void {
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
    const current = this.#target.view.tiles.find(({ plane }) => plane === tile.plane);
    return current ? unprojectInside(current, x, y) : null;
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
