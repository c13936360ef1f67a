import type { Plane } from './geometry.js';

export interface TileBox {
  readonly plane: Plane;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Share of the width the sagittal slice gets at least. */
const sagittalShare = 0.6;

/**
 * Three planes in a box: sagittal large at the left, coronal above axial beside it, each with the aspect ratio of
 * its slice, the whole centred.
 * @param extent mm along right, anterior, superior
 */
export function layoutTiles(
  [x, y, z]: readonly [number, number, number],
  width: number,
  height: number,
  gap: number,
): TileBox[] {
  const small = Math.min((height - gap) / (z + y), (width * (1 - sagittalShare)) / x);
  const large = Math.min(height / z, (width - gap - small * x) / y);
  const total = large * y + gap + small * x;
  const left = (width - total) / 2;
  const side = left + large * y + gap;
  const sideTop = (height - (small * (z + y) + gap)) / 2;
  return [
    { plane: 'sagittal', left, top: (height - large * z) / 2, width: large * y, height: large * z },
    { plane: 'coronal', left: side, top: sideTop, width: small * x, height: small * z },
    { plane: 'axial', left: side, top: sideTop + small * z + gap, width: small * x, height: small * y },
  ];
}
