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
 * @returns intensities, `height x width`, row by row; edges are smoothed over 2 x 2 samples
 */
export function paint(
  shapes: readonly Shape[],
  palette: Palette,
  project: (p: Point) => Point,
  size: { readonly width: number; readonly height: number },
  random: Random,
  bank: TextureBank = textures(),
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
  return shade(labels, { level, mottled, fibrous, sulci, csf: palette.intensity.csf }, size, random, bank);
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
): Float32Array {
  const { level, mottled, fibrous, sulci, csf } = shades;
  const mask = tileSize - 1;
  const shiftX = random.integer(0, mask);
  const shiftY = random.integer(0, mask);
  const fineWidth = 2 * size.width;
  const sample = (x: number, y: number): number => {
    const label = labels[y * fineWidth + x];
    if (label === 0) return level[0];
    const at = ((y + shiftY) & mask) * tileSize + ((x + shiftX) & mask);
    if (sulci[label] > 0 && Math.abs(bank.folds[at]) < sulci[label]) return csf;
    const value = level[label] + mottled[label] * bank.mottled[at] + fibrous[label] * bank.fibrous[at];
    return value > 0 ? value : 0;
  };
  const out = new Float32Array(size.width * size.height);
  for (let y = 0, o = 0; y < 2 * size.height; y += 2) {
    const tileRow = ((y + shiftY) & mask) * tileSize;
    for (let x = 0; x < fineWidth; x += 2, o++) {
      const i = y * fineWidth + x;
      const label = labels[i];
      const even =
        label === labels[i + 1] && label === labels[i + fineWidth] && label === labels[i + fineWidth + 1];
      if (!even || sulci[label] > 0)
        out[o] = 0.25 * (sample(x, y) + sample(x + 1, y) + sample(x, y + 1) + sample(x + 1, y + 1));
      else if (label === 0) out[o] = level[0];
      else {
        const at = tileRow + ((x + shiftX) & mask);
        const value = level[label] + mottled[label] * bank.mottled[at] + fibrous[label] * bank.fibrous[at];
        out[o] = value > 0 ? value : 0;
      }
    }
  }
  return out;
}
