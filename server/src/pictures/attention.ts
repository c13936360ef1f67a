/** Side by side: a slice, its labelled discs, and what the network looked at. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { percentiles, type Image2D } from '../volume/resample.js';
import { background, discColor, faintText, heatColor, jetColor, text } from './colors.js';
import { font } from './font.js';
import { shorten } from './layout.js';
import { paintedImage } from './slice-image.js';
import {
  drawNames,
  drawPicture,
  extent,
  fitInto,
  onCanvas,
  type Place,
  type SheetDisc,
  type TargetSlice,
} from './target-slice.js';

/** `own`: our colours over what exceeds the threshold. `reference`: as the original's pictures look. */
export type AttentionStyle = 'own' | 'reference';

/** What is shown: values from here on, given as such (0..1) or as a share of the picture that is weaker. */
export type AttentionThreshold =
  { readonly kind: 'value'; readonly value: number } | { readonly kind: 'share'; readonly share: number };

/** The weaker three quarters of the picture are left as they are. */
export const defaultThreshold: AttentionThreshold = { kind: 'share', share: 0.75 };
/** What the reference's pictures show, in its 8-bit levels. */
export const referenceFloor = 208 / 255;

export interface AttentionPicture {
  readonly title: string;
  readonly footnote: string;
  readonly slice: Pick<TargetSlice, 'picture' | 'spacing'>;
  readonly discs: readonly SheetDisc[];
  /** True places, where they are known. */
  readonly targets: readonly SheetDisc[] | null;
  /** Values 0..1, NaN where there is nothing to see; covers the rectangle `place` of the slice, in its pixels. */
  readonly attention: Image2D;
  readonly place: {
    readonly row: number;
    readonly column: number;
    readonly height: number;
    readonly width: number;
  };
  readonly style: AttentionStyle;
  readonly threshold: AttentionThreshold;
}

/** What the colours of an attention picture stand for. */
export interface AttentionScale {
  /** Value of the lowest colour; what is below has none. */
  readonly low: number;
  readonly high: number;
  /** For whoever looks at the picture. */
  readonly explanation: string;
}

const height = 640;
const widest = 560;
const margin = 18;
const gap = 22;
const head = 84;
const foot = 64;
const namesWidth = 92;
const legendWidth = 96;

/** @returns a PNG file */
export async function attentionPicture(scene: AttentionPicture): Promise<Buffer> {
  const { slice, discs, targets } = scene;
  const [high, wide] = extent(slice);
  const perMm = Math.min(height / high, widest / wide);
  const size = { width: Math.max(120, Math.ceil(wide * perMm)), height: Math.ceil(high * perMm) };
  const panels: Panel[] = [
    { title: 'Input', draw: () => {} },
    ...(targets ? [labelled('Targets', targets)] : []),
    labelled(discs.length > 0 ? 'Labelled discs' : 'No disc found', discs),
    { title: 'Attention', draw: (context, place) => drawAttention(context, scene, place) },
  ];
  const widths = panels.map(({ names }) => size.width + (names ? namesWidth : 0));
  const scale = scaleOf(scene);
  const total = widths.reduce((sum, part) => sum + part + gap, 0) + legendWidth;
  const canvas = createCanvas(2 * margin + total, head + size.height + foot);
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const line = lineWriter(context, canvas.width - 2 * margin);
  line(scene.title, margin, 26, font(20, 600), text);
  line(scene.footnote, margin, canvas.height - 18, font(14), faintText);
  line(scale.explanation, margin, canvas.height - 42, font(14), text);
  let left = margin;
  panels.forEach(({ title, names, draw }, n) => {
    line(title, left, 64, font(16, 600), text);
    const place = fitInto(slice, { left, top: head, ...size });
    drawPicture(context, slice, place);
    draw(context, place);
    if (names)
      drawNames(context, { ...slice, discs: names }, place, {
        low: head - 6,
        high: head + size.height + 6,
        size: 15,
        channels: false,
      });
    left += widths[n] + gap;
  });
  drawLegend(context, scene, scale, { left: left - 4, top: head, height: size.height });
  return canvas.encode('png');

  function labelled(title: string, shown: readonly SheetDisc[]): Panel {
    return { title, names: shown, draw: (on, place) => drawDots(on, { ...slice, discs: shown }, place) };
  }
}

interface Panel {
  readonly title: string;
  /** Named beside the panel. */
  readonly names?: readonly SheetDisc[];
  draw(context: SKRSContext2D, place: Place): void;
}

function drawDots(context: SKRSContext2D, slice: TargetSlice, place: Place): void {
  for (const disc of slice.discs) {
    const { x, y } = onCanvas(slice, place, disc);
    context.beginPath();
    context.arc(x, y, 4.5, 0, 2 * Math.PI);
    context.fillStyle = discColor(disc.value);
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = 'rgba(0, 0, 0, 0.8)';
    context.stroke();
  }
}

/** What the colours stand for: a share of the picture becomes the value it ends at. */
export function scaleOf({
  attention,
  style,
  threshold,
}: Pick<AttentionPicture, 'attention' | 'style' | 'threshold'>): AttentionScale {
  if (style === 'reference')
    return {
      low: 0,
      high: 1,
      explanation:
        'Colours: attention 0 to 1, blended half and half; values below 208/255 (0.82) count as 0, as in the original.',
    };
  const seen = attention.image.filter((value) => !Number.isNaN(value));
  if (seen.length === 0) return { low: 0, high: 1, explanation: 'There is nothing to see in the picture.' };
  const [high] = percentiles(seen, [1]);
  if (threshold.kind === 'value') {
    const { value } = threshold;
    const none = high < value ? ` Nothing reaches it: the highest value is ${high.toFixed(3)}.` : '';
    return {
      low: value,
      high: Math.max(high, value),
      explanation: `Colours: attention from the threshold ${value} to the highest value in the picture.${none}`,
    };
  }
  const [low] = percentiles(seen, [threshold.share]);
  const strongest = Math.round(100 * (1 - threshold.share));
  return {
    low,
    high,
    explanation: `Colours: the strongest ${strongest} % of the picture, from ${low.toFixed(3)} to its highest value; air is left out.`,
  };
}

/** The colour of a value and how much of the slice it covers, 0..255; fully clear below the scale. */
export function attentionColor(
  value: number,
  style: AttentionStyle,
  { low, high }: AttentionScale,
): [number, number, number, number] {
  if (style === 'reference') return [...jetColor(Number.isNaN(value) ? 0 : value), 128];
  if (Number.isNaN(value) || value < low) return [0, 0, 0, 0];
  const part = high > low ? (value - low) / (high - low) : 1;
  // The darkest colours would look like shadows.
  return [...heatColor(0.3 + 0.7 * part), Math.round(255 * Math.min(0.72, 0.05 + 1.4 * part))];
}

function drawAttention(context: SKRSContext2D, scene: AttentionPicture, place: Place): void {
  const { attention, slice, style } = scene;
  const scale = scaleOf(scene);
  const overlay = paintedImage(attention.height, attention.width, (n, pixels) =>
    pixels.set(attentionColor(attention.image[n], style, scale), 4 * n),
  );
  const [perRow, perColumn] = [place.height / slice.picture.height, place.width / slice.picture.width];
  context.save();
  context.beginPath();
  context.rect(place.left, place.top, place.width, place.height);
  context.clip();
  context.drawImage(
    overlay,
    place.left + scene.place.column * perColumn,
    place.top + scene.place.row * perRow,
    scene.place.width * perColumn,
    scene.place.height * perRow,
  );
  context.restore();
}

function drawLegend(
  context: SKRSContext2D,
  { style }: AttentionPicture,
  scale: AttentionScale,
  { left, top, height: room }: { left: number; top: number; height: number },
): void {
  const long = Math.min(260, room);
  const wide = 18;
  for (let y = 0; y < long; y++) {
    const part = 1 - y / (long - 1);
    const [r, g, b] = attentionColor(scale.low + part * (scale.high - scale.low), style, scale);
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(left, top + y, wide, 1.5);
  }
  context.strokeStyle = faintText;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, wide + 1, long + 1);
  context.font = font(14);
  context.fillStyle = text;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const digits = scale.high - scale.low < 0.05 ? 4 : 2;
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const y = top + (1 - part) * long;
    context.fillStyle = faintText;
    context.fillRect(left + wide, y - 0.5, 5, 1);
    context.fillStyle = text;
    const value = scale.low + part * (scale.high - scale.low);
    context.fillText(value.toFixed(digits), left + wide + 9, Math.min(top + long - 6, Math.max(top + 6, y)));
  }
}

function lineWriter(context: SKRSContext2D, width: number) {
  return (words: string, x: number, y: number, style: string, color: string): void => {
    context.font = style;
    context.fillStyle = color;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    const fits = (candidate: string) => context.measureText(candidate).width <= width;
    context.fillText(shorten(words, fits), x, y);
  };
}
