import { isSoft, type Palette } from './contrast.js';
import type { Point } from './polygon.js';
import type { Random } from './random.js';
import { LabelRaster } from './raster.js';
import { type TextureBank, textures, tileSize } from './texture.js';
import type { Shape } from './tissue.js';

const rasters = new Map<string, LabelRaster>();
let corners = new Float32Array(4096);

function rasterFor(width: number, height: number): LabelRaster {
  const key = `${width}x${height}`;
  let raster = rasters.get(key);
  if (!raster) rasters.set(key, (raster = new LabelRaster(width, height)));
  raster.clear();
  return raster;
}

/** Fills the projected shapes on a grid twice as fine; label 0 is air, label n is shape n - 1. */
function rasterize(
  shapes: readonly Shape[],
  project: (p: Point) => Point,
  width: number,
  height: number,
): Uint16Array {
  const raster = rasterFor(width * 2, height * 2);
  shapes.forEach((shape, index) => {
    const n = shape.points.length;
    if (corners.length < 2 * n) corners = new Float32Array(4 * n);
    shape.points.forEach((p, i) => {
      const q = project(p);
      corners[2 * i] = 2 * q.x + 0.5;
      corners[2 * i + 1] = 2 * q.y + 0.5;
    });
    // Only skin reaches into the air: what lies under it cannot stick out.
    raster.fill(corners, n, index + 1, shape.tissue === 'skin');
  });
  return raster.labels;
}

/**
 * Paints shapes with a palette.
 * @param random decides where in the textures the picture lies
 * @param out written over and returned
 * @returns intensities, `height x width`, row by row; edges are smoothed over 2 x 2 samples
 */
export function paint(
  shapes: readonly Shape[],
  palette: Palette,
  project: (p: Point) => Point,
  size: { readonly width: number; readonly height: number },
  random: Random,
  bank: TextureBank = textures(),
  out: Float32Array = new Float32Array(size.width * size.height),
): Float32Array {
  const labels = rasterize(shapes, project, size.width, size.height);
  const level = new Float32Array(shapes.length + 1);
  const mottled = new Float32Array(shapes.length + 1);
  const fibrous = new Float32Array(shapes.length + 1);
  const sulci = new Float32Array(shapes.length + 1);
  level[0] = palette.intensity.air;
  shapes.forEach((shape, i) => {
    const value = Math.max(0, palette.intensity[shape.tissue] * (1 + palette.jitter * shape.deviate));
    const strength = value * (shape.texture ?? 1);
    level[i + 1] = value;
    if (isSoft(shape.tissue)) fibrous[i + 1] = strength * palette.softTexture;
    else mottled[i + 1] = strength * palette.texture;
    sulci[i + 1] = shape.sulci ?? 0;
  });
  return shade(
    labels,
    { level, mottled, fibrous, sulci, csf: palette.intensity.csf },
    size,
    random,
    bank,
    out,
  );
}

interface Shades {
  readonly level: Float32Array;
  readonly mottled: Float32Array;
  readonly fibrous: Float32Array;
  readonly sulci: Float32Array;
  readonly csf: number;
}

/** The mean of 2 x 2 samples per pixel; where a region fills the pixel evenly, one sample tells it. */
function shade(
  labels: Uint16Array,
  shades: Shades,
  size: { readonly width: number; readonly height: number },
  random: Random,
  bank: TextureBank,
  out: Float32Array,
): Float32Array {
  const { level, mottled, fibrous, sulci, csf } = shades;
  const { mottled: grain, fibrous: fibres, folds } = bank;
  const mask = tileSize - 1;
  const shiftX = random.integer(0, mask);
  const shiftY = random.integer(0, mask);
  const sample = (label: number, at: number): number => {
    if (label === 0) return level[0];
    if (sulci[label] > 0 && Math.abs(folds[at]) < sulci[label]) return csf;
    const value = level[label] + mottled[label] * grain[at] + fibrous[label] * fibres[at];
    return value > 0 ? value : 0;
  };
  // Two samples side by side at once.
  const pairs = new Uint32Array(labels.buffer, labels.byteOffset, labels.length / 2);
  // What the region of the pixel before looks like: most pixels lie in the same one.
  let known = -1;
  let even = false;
  let base = 0;
  let strength = 0;
  let texture = grain;
  for (let y = 0, o = 0; y < size.height; y++) {
    const upperTile = ((2 * y + shiftY) & mask) * tileSize;
    const lowerTile = ((2 * y + 1 + shiftY) & mask) * tileSize;
    const upperRow = 2 * y * size.width;
    const lowerRow = upperRow + size.width;
    for (let x = 0; x < size.width; x++, o++) {
      const upper = pairs[upperRow + x];
      const lower = pairs[lowerRow + x];
      if (upper !== known) {
        known = upper;
        const label = upper & 0xffff;
        even = label === upper >>> 16 && !(sulci[label] > 0);
        base = level[label];
        // A tissue has one of the two textures, air none.
        texture = fibrous[label] > 0 ? fibres : grain;
        strength = fibrous[label] > 0 ? fibrous[label] : mottled[label];
      }
      const left = (2 * x + shiftX) & mask;
      if (even && upper === lower) {
        const value = base + strength * texture[upperTile + left];
        out[o] = value > 0 ? value : 0;
      } else {
        const right = (2 * x + 1 + shiftX) & mask;
        out[o] =
          0.25 *
          (sample(upper & 0xffff, upperTile + left) +
            sample(upper >>> 16, upperTile + right) +
            sample(lower & 0xffff, lowerTile + left) +
            sample(lower >>> 16, lowerTile + right));
      }
    }
  }
  return out;
}
