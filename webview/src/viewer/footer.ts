import { millimetres } from './discs.js';
import { h, setText } from '../common/dom.js';
import type { Plane, Vec3 } from './geometry.js';
import { t } from '../common/localize.js';

export interface Reading {
  readonly plane: Plane;
  readonly slice: number;
  readonly slices: number;
  /** Under the pointer; null where it is elsewhere. */
  readonly voxel: Vec3 | null;
  readonly world: Vec3 | null;
  readonly intensity: number | null;
  readonly zoom: number;
}

const planeName = (plane: Plane): string =>
  ({ sagittal: t('Sagittal'), coronal: t('Coronal'), axial: t('Axial') })[plane];

/** The line below the picture: slice, and what is under the pointer. */
export class Footer {
  readonly element: HTMLElement;
  readonly #slice = h('span', { class: 'cell slice' });
  readonly #voxel = h('span', { class: 'number' });
  readonly #world = h('span', { class: 'number' });
  readonly #intensity = h('span', { class: 'number' });
  readonly #zoom = h('span', { class: 'cell zoom' });

  constructor() {
    const cell = (name: string, label: string, value: HTMLElement): HTMLElement =>
      h('span', { class: `cell ${name}` }, h('span', { class: 'cell-label' }, label), value);
    this.element = h(
      'footer',
      { class: 'strip', 'aria-label': t('Position') },
      this.#slice,
      cell('voxel', t('voxel'), this.#voxel),
      cell('world', t('mm'), this.#world),
      cell('intensity', t('value'), this.#intensity),
      this.#zoom,
    );
  }

  update({ plane, slice, slices, voxel, world, intensity, zoom }: Reading): void {
    setText(this.#slice, t('{0} {1} of {2}', planeName(plane), slice + 1, slices));
    setText(this.#voxel, voxel ? voxel.map((v) => Math.round(v)).join('  ') : '\u2013');
    setText(this.#world, world ? world.map(millimetres).join('  ') : '\u2013');
    setText(this.#intensity, intensity === null ? '\u2013' : Number(intensity.toPrecision(5)).toString());
    setText(this.#zoom, `${Math.round(100 * zoom)} %`);
  }
}
