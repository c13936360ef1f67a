import { svg } from '../common/dom.js';
import { project, type Tile, type Vec3 } from './geometry.js';

/** Half of the hole in the middle, CSS pixels, so that the place itself can be seen. */
const hole = 9;

/** Lines in each slice where the other planes cut it. */
export class CrosshairLayer {
  readonly element = svg('svg', { class: 'crosshair', 'aria-hidden': 'true' });

  /** @param voxel place of the cross hair, or null for none */
  place(tiles: readonly Tile[], voxel: Vec3 | null): void {
    const path = voxel === null ? '' : tiles.map((tile) => linesIn(tile, voxel)).join('');
    if (!this.element.firstElementChild) this.element.append(svg('path'));
    this.element.firstElementChild!.setAttribute('d', path);
  }
}

function linesIn(tile: Tile, voxel: Vec3): string {
  const at = project(tile, voxel);
  const { left, top, width, height } = tile.rect;
  const [right, bottom] = [left + width, top + height];
  // Half pixels keep the lines one pixel wide.
  const [x, y] = [Math.floor(at.x) + 0.5, Math.floor(at.y) + 0.5];
  const clampX = (value: number): number => Math.min(Math.max(value, left), right);
  const clampY = (value: number): number => Math.min(Math.max(value, top), bottom);
  const across =
    y > top && y < bottom ? `M${left} ${y}H${clampX(x - hole)}M${clampX(x + hole)} ${y}H${right}` : '';
  const down =
    x > left && x < right ? `M${x} ${top}V${clampY(y - hole)}M${x} ${clampY(y + hole)}V${bottom}` : '';
  return across + down;
}
