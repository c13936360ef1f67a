import { h, setAttribute, setText, svg } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { TruthDisc } from '../messages/viewer.js';
import { project, type Tile, type Vec3 } from './geometry.js';

/** mm from the drawn slice within which a true place shows in full; beyond, it fades. */
const near = 8;
const faintest = 0.3;

interface Mark {
  readonly disc: TruthDisc;
  /** Of the prediction of the same name. */
  readonly predicted: Vec3 | null;
  /** One for each tile there can be. */
  readonly points: readonly HTMLElement[];
  readonly lines: readonly SVGLineElement[];
  readonly name: HTMLElement;
}

/** Where discs truly are: hollow diamonds, each tied to the prediction of its name. */
export class TruthLayer {
  readonly element = h('div', { class: 'truth', 'aria-hidden': 'true' });
  readonly #lines = svg('svg', { class: 'truth-lines' });
  #marks: Mark[] = [];

  /** @param predictions by the disc's value: voxels of the predictions of the same names */
  setDiscs(truth: readonly TruthDisc[], predictions: ReadonlyMap<number, Vec3>): void {
    this.#lines.replaceChildren();
    this.#marks = truth.map((disc) => {
      const predicted = predictions.get(disc.value) ?? null;
      const point = (): HTMLElement =>
        h('span', {
          class: 'truth-point',
          'data-truth-of': disc.value,
          'data-missed': predicted === null,
          title: t('{0}, truth', disc.name),
        });
      const line = (): SVGLineElement => {
        const element = svg('line', { class: 'truth-line' });
        this.#lines.append(element);
        return element;
      };
      const name = h('span', { class: 'truth-name' });
      setText(name, disc.name);
      return { disc, predicted, points: [point(), point(), point()], lines: [line(), line(), line()], name };
    });
    this.element.replaceChildren(
      this.#lines,
      ...this.#marks.flatMap(({ points, name }) => [...points, name]),
    );
  }

  highlight(attribute: 'data-selected' | 'data-hover', value: number | null): void {
    for (const { disc, points } of this.#marks)
      for (const point of points) setAttribute(point, attribute, disc.value === value);
  }

  /** Follows the picture. */
  place(tiles: readonly Tile[]): void {
    for (const mark of this.#marks)
      mark.points.forEach((point, i) => placeMark(mark, point, mark.lines[i], tiles[i]));
  }
}

function placeMark(
  { disc, predicted, name }: Mark,
  point: HTMLElement,
  line: SVGLineElement,
  tile: Tile | undefined,
): void {
  const at = tile && project(tile, disc.voxel);
  const shown =
    tile !== undefined &&
    at !== undefined &&
    isInside(tile, at) &&
    (tile.plane === 'sagittal' || Math.abs(at.depth) <= near);
  const sagittal = tile?.plane === 'sagittal';
  point.hidden = !shown;
  line.style.display = shown && predicted ? '' : 'none';
  // Only a disc nobody found needs its name here; the others have theirs beside the picture.
  if (sagittal) name.hidden = !shown || predicted !== null;
  if (!shown || !at) return;
  const opacity = Math.abs(at.depth) <= near ? 1 : faintest;
  point.style.transform = `translate(${at.x}px, ${at.y}px) rotate(45deg)`;
  point.style.opacity = String(opacity);
  if (sagittal) name.style.transform = `translate(${at.x}px, ${at.y}px) translate(calc(-100% - 11px), -50%)`;
  if (!predicted) return;
  const to = project(tile, predicted);
  for (const [key, value] of Object.entries({ x1: at.x, y1: at.y, x2: to.x, y2: to.y }))
    line.setAttribute(key, value.toFixed(2));
  line.style.opacity = String(opacity);
}

function isInside({ rect }: Tile, { x, y }: { readonly x: number; readonly y: number }): boolean {
  return x >= rect.left && x <= rect.left + rect.width && y >= rect.top && y <= rect.top + rect.height;
}
