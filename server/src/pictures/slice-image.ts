/** A slab as a canvas, and maps laid over it. */
import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { percentiles, rescale, type Image2D } from '../volume/resample.js';
import { heatColor } from './colors.js';

/** Grey values between the 0.5th and 99.7th percentile, one canvas pixel per image pixel. */
export function greyImage({ image, height, width }: Image2D): Canvas {
  const [low, high] = percentiles(image, [0.005, 0.997]);
  const grey = rescale(image, low, high);
  return paintedImage(height, width, (n, pixels) => {
    const value = Math.round(255 * grey[n]);
    pixels.set([value, value, value, 255], 4 * n);
  });
}

/** Heat colours of values 0..1; what is low shows through. */
export function heatImage({ image, height, width }: Image2D): Canvas {
  return paintedImage(height, width, (n, pixels) => {
    const opacity = Math.min(1, Math.max(0, (image[n] - 0.15) / 0.6));
    pixels.set([...heatColor(image[n]), Math.round(165 * opacity)], 4 * n);
  });
}

/** A canvas whose pixels `paint` sets, red, green, blue and opacity each. */
export function paintedImage(
  height: number,
  width: number,
  paint: (n: number, pixels: Uint8ClampedArray) => void,
): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const content = context.createImageData(width, height);
  for (let n = 0; n < height * width; n++) paint(n, content.data);
  context.putImageData(content, 0, 0);
  return canvas;
}
