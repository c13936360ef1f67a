import { add } from './polygon.js';
import type { Spine, SpineDisc } from './spine.js';
import type { View } from './view.js';

/** A finished picture, and where the drawing lies in it. */
interface Picture extends Omit<View, 'frame'> {
  readonly image: Float32Array;
}

/** Below this people are no longer certain of what they see (Rose, J. Opt. Soc. Am. 38, 1948). */
export const roseCriterion = 5;

/** Shares of a disc's depth between which it is looked at: away from edges and ligaments. */
const depths = [0.15, 0.85] as const;

/**
 * How far a disc stands out from the vertebrae beside it and from noise: the signal-to-noise ratio of an observer who
 * knows where it would be. Grey values are averaged along the disc's depth, from the middle of the vertebra above
 * to the middle of the one below; what of this profile is not a straight line is signal, what varies along the depth
 * noise.
 *
 * @param above, below arc lengths of the neighbouring discs, mm
 * @returns 0 where nothing stands out, or less than a row of pixels is in the picture
 */
export function visibilityOf(disc: SpineDisc, above: number, below: number, picture: Picture): number {
  const { spacing, width, height, image } = picture;
  const across = Math.floor(((depths[1] - depths[0]) * disc.depth) / spacing);
  const up = Math.floor((disc.arc - above) / 2 / spacing);
  const down = Math.floor((below - disc.arc) / 2 / spacing);
  const rows: Float64Array[] = [];
  for (let n = -up; n <= down; n++) {
    const row = new Float64Array(across);
    let inside = true;
    for (let k = 0; k < across && inside; k++) {
      const along = depths[0] * disc.depth + (k + 0.5) * spacing;
      const { x, y } = picture.project(add(add(disc.posterior, disc.forward, along), disc.up, -n * spacing));
      const [column, line] = [Math.round(x), Math.round(y)];
      inside = column >= 0 && line >= 0 && column < width && line < height;
      if (inside) row[k] = image[line * width + column];
    }
    if (inside) rows.push(row);
  }
  return across < 2 || rows.length < 4 ? 0 : standingOut(rows);
}

function standingOut(rows: readonly Float64Array[]): number {
  const [m, n] = [rows.length, rows[0].length];
  const profile = rows.map((row) => row.reduce((a, b) => a + b, 0) / n);
  const columns = Array.from({ length: n }, (_, k) => rows.reduce((a, row) => a + row[k], 0) / m);
  const mean = profile.reduce((a, b) => a + b, 0) / m;
  let noise = 0;
  for (let i = 0; i < m; i++)
    for (let k = 0; k < n; k++) noise += (rows[i][k] - profile[i] - columns[k] + mean) ** 2;
  noise /= (m - 1) * (n - 1);
  const centre = (m - 1) / 2;
  let [sxy, sxx] = [0, 0];
  for (let i = 0; i < m; i++) {
    sxy += (i - centre) * (profile[i] - mean);
    sxx += (i - centre) ** 2;
  }
  const slope = sxy / sxx;
  const signal = profile.reduce((a, p, i) => a + (p - mean - slope * (i - centre)) ** 2, 0);
  // Noise alone leaves m - 2 times its own variance in the profile.
  return Math.sqrt(Math.max(0, (signal * n) / Math.max(noise, 1e-12) - (m - 2)));
}

/** {@link visibilityOf} a disc of a spine. @param value of the disc; beyond the spine's ends gaps go on alike */
export function visibilityAt({ discs }: Spine, value: number, picture: Picture): number {
  const k = discs.findIndex((disc) => disc.value === value);
  const { arc } = discs[k];
  const above = k > 0 ? discs[k - 1].arc : 2 * arc - discs[k + 1].arc;
  const below = k + 1 < discs.length ? discs[k + 1].arc : 2 * arc - above;
  return visibilityOf(discs[k], above, below, picture);
}
