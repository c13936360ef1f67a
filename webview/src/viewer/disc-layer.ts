import type { Disc } from '@disc-labeling/server/protocol';
import { inOrder, regionOf } from './discs.js';
import { h, setAttribute, svg } from '../common/dom.js';
import { project, unproject, type Tile, type Vec3 } from './geometry.js';
import { spread } from './label-layout.js';

/** Space between the points and the column of their names, CSS pixels. */
const leaderLength = 44;
const labelGap = 3;
const edge = 6;
/** Opacity of a disc far from the drawn slice. */
const faintest = 0.22;
/** mm beyond the labelled slab over which discs fade. */
const fadeOver = 8;
/** A disc can be taken hold of this far from its point, CSS pixels. */
const reach = 10;

interface Mark {
  disc: Disc;
  readonly label: HTMLButtonElement;
  readonly point: HTMLElement;
  readonly leader: SVGPolylineElement;
  /** Points in the other planes. */
  readonly extras: HTMLElement[];
}

/** Points, names and leader lines over the picture. */
export class DiscLayer {
  readonly element = h('div', { class: 'discs', role: 'group' });
  readonly #leaders = svg('svg', { class: 'leaders', 'aria-hidden': 'true' });
  readonly #onSelect: (disc: Disc) => void;
  readonly #onHover: (disc: Disc | null) => void;
  #marks: Mark[] = [];
  #halfSlab = 0;
  #labelSize = { width: 0, height: 0 };

  constructor(label: string, onSelect: (disc: Disc) => void, onHover: (disc: Disc | null) => void) {
    this.#onSelect = onSelect;
    this.#onHover = onHover;
    this.element.setAttribute('aria-label', label);
    this.element.append(this.#leaders);
  }

  /** @param halfSlab mm on either side of the labelled slice within which discs are drawn in full */
  setDiscs(discs: readonly Disc[], halfSlab: number): void {
    this.#halfSlab = halfSlab;
    this.#leaders.replaceChildren();
    this.#marks = inOrder(discs).map((disc) => this.#mark(disc));
    this.element.replaceChildren(
      this.#leaders,
      ...this.#marks.flatMap(({ point, label, extras }) => [...extras, point, label]),
    );
    this.#labelSize = { width: 0, height: 0 };
  }

  #mark(disc: Disc): Mark {
    const region = regionOf(disc.value);
    const label = h(
      'button',
      {
        class: 'disc-label',
        type: 'button',
        tabindex: -1,
        'data-disc': disc.name,
        'data-value': disc.value,
        'data-world': disc.world.join(','),
        'data-voxel': disc.voxel.join(','),
        'data-region': region,
        onclick: () => this.#onSelect(disc),
        onpointerenter: () => this.#onHover(disc),
        onpointerleave: () => this.#onHover(null),
      },
      disc.name,
    );
    const leader = svg('polyline', { class: 'leader', 'data-region': region });
    this.#leaders.append(leader);
    const point = (): HTMLElement =>
      h('span', { class: 'disc-point', 'data-region': region, 'data-point-of': disc.value });
    return { disc, label, leader, point: point(), extras: [point(), point()] };
  }

  /** The disc whose point is nearest, within reach; null: none. */
  discAt(tile: Tile, x: number, y: number): Disc | null {
    const near = this.#marks
      .filter(({ point, extras }) => [point, ...extras].some((element) => !element.hidden))
      .map(({ disc }) => ({ disc, at: project(tile, disc.voxel) }))
      .map(({ disc, at }) => ({ disc, away: Math.hypot(at.x - x, at.y - y) }))
      .filter(({ away }) => away <= reach)
      .sort((a, b) => a.away - b.away);
    return near[0]?.disc ?? null;
  }

  /**
   * Puts a disc's point under the pointer, at its distance to the slice, until discs are set anew.
   * @returns the voxel, kept inside the volume
   */
  drag(value: number, { tile, x, y }: { tile: Tile; x: number; y: number }, shape: Vec3): Vec3 | null {
    const mark = this.#marks.find(({ disc }) => disc.value === value);
    if (!mark) return null;
    const place = unproject(tile, x, y, project(tile, mark.disc.voxel).depth);
    if (!place) return null;
    const inside = (axis: 0 | 1 | 2): number => Math.min(Math.max(place[axis], 0), shape[axis] - 1);
    const voxel = [inside(0), inside(1), inside(2)] as const;
    mark.disc = { ...mark.disc, voxel };
    return voxel;
  }

  /** A disc that was dragged is where it was. */
  putBack(disc: Disc): void {
    const mark = this.#marks.find(({ disc: { value } }) => value === disc.value);
    if (mark) mark.disc = disc;
  }

  /** Marks a disc as selected or pointed at. */
  highlight(attribute: 'data-selected' | 'data-hover', value: number | null): void {
    for (const { disc, label, point, leader, extras } of this.#marks)
      for (const element of [label, point, leader, ...extras])
        setAttribute(element, attribute, disc.value === value);
  }

  /** Follows the picture. */
  place(tiles: readonly Tile[]): void {
    const sagittal = tiles.find(({ plane }) => plane === 'sagittal');
    if (sagittal) this.#placeNames(sagittal);
    const others = tiles.filter((tile) => tile !== sagittal);
    for (const mark of this.#marks)
      mark.extras.forEach((point, i) => {
        const tile = others[i];
        if (tile) this.#placePoint(point, tile, mark.disc);
        else point.hidden = true;
      });
  }

  #opacity(depth: number): number {
    const outside = Math.max(0, Math.abs(depth) - this.#halfSlab);
    return Math.max(faintest, 1 - ((1 - faintest) * outside) / fadeOver);
  }

  #placePoint(point: HTMLElement, tile: Tile, disc: Disc): { x: number; y: number; opacity: number } | null {
    const { x, y, depth } = project(tile, disc.voxel);
    const { left, top, width, height } = tile.rect;
    const inside = x >= left && x <= left + width && y >= top && y <= top + height;
    // In planes across the spine, only the disc that is cut shows.
    const near = tile.plane === 'sagittal' || Math.abs(depth) <= fadeOver + this.#halfSlab;
    point.hidden = !inside || !near;
    if (point.hidden) return null;
    const opacity = this.#opacity(depth);
    point.style.transform = `translate(${x}px, ${y}px)`;
    point.style.opacity = String(opacity);
    return { x, y, opacity };
  }

  #placeNames(tile: Tile): void {
    const placed = this.#marks.flatMap((mark) => {
      const place = this.#placePoint(mark.point, tile, mark.disc);
      mark.label.hidden = place === null;
      mark.leader.style.display = place === null ? 'none' : '';
      return place ? [{ mark, ...place }] : [];
    });
    if (placed.length === 0) return;
    placed.sort((a, b) => a.y - b.y);
    this.#measure(placed.map(({ mark }) => mark));
    const { width, height } = this.#labelSize;
    const { left: tileLeft, top, width: tileWidth, height: tileHeight } = tile.rect;
    const right = tileLeft + tileWidth - width - edge;
    const column = Math.min(Math.max(...placed.map(({ x }) => x)) + leaderLength, right);
    const tops = spread(
      placed.map(({ y }) => y - height / 2),
      height + labelGap,
      top + edge,
      top + tileHeight - height - edge,
    );
    placed.forEach(({ mark, x, y, opacity }, i) => {
      const middle = tops[i] + height / 2;
      const { label, leader } = mark;
      label.style.transform = `translate(${column}px, ${tops[i]}px)`;
      label.style.opacity = String(opacity);
      setAttribute(label, 'data-point', `${x.toFixed(2)},${y.toFixed(2)}`);
      setAttribute(label, 'data-off-slice', opacity < 1);
      leader.style.opacity = String(opacity);
      const elbow = Math.max(x, column - 14);
      leader.setAttribute('points', `${x},${y} ${elbow},${middle} ${column},${middle}`);
    });
  }

  /** All names are as wide as the widest, so that they stand as a column. */
  #measure(marks: readonly Mark[]): void {
    if (this.#labelSize.height > 0) return;
    const boxes = marks.map(({ label }) => label.getBoundingClientRect());
    this.#labelSize = {
      width: Math.max(...boxes.map(({ width }) => width)),
      height: Math.max(...boxes.map(({ height }) => height)),
    };
  }
}
