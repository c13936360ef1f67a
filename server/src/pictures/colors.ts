/** Colours of pictures. */

export const background = '#16181c';
export const text = '#e8eaed';
export const faintText = '#9aa0a8';

/**
 * A hue of its own for each disc value: the golden angle keeps neighbours far apart and never comes back to
 * a hue; bright enough for a dark ground.
 */
export function discColor(value: number): string {
  const hue = (value * 137.508 + 20) % 360;
  // Blue and violet look darker than they are counted.
  const lightness = hue > 215 && hue < 290 ? 74 : 62;
  return `hsl(${hue.toFixed(1)} 92% ${lightness}%)`;
}

/** A colour of {@link discColor} with an opacity of 0..1. */
export const translucent = (color: string, opacity: number): string =>
  color.replace('hsl(', 'hsla(').replace(')', ` / ${opacity.toFixed(3)})`);

/** Dark violet over red to light yellow, by brightness (anchors of matplotlib's "inferno", CC0). */
const heat: readonly (readonly [number, number, number])[] = [
  [0, 0, 4],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
];

/** Red, green, blue (0..255) of a value 0..1. */
export function heatColor(value: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, value)) * (heat.length - 1);
  const n = Math.min(heat.length - 2, Math.floor(at));
  const mix = (c: 0 | 1 | 2) => Math.round(heat[n][c] + (at - n) * (heat[n + 1][c] - heat[n][c]));
  return [mix(0), mix(1), mix(2)];
}

/**
 * The "jet" colours of the reference's pictures, 0..255: blue over green to red. Not even in lightness, so used only
 * where a picture is to look like the reference's.
 */
export function jetColor(value: number): [number, number, number] {
  const at = (centre: number) =>
    Math.round(255 * Math.min(1, Math.max(0, 1.5 - Math.abs(4 * value - centre))));
  return [at(3), at(2), at(1)];
}
