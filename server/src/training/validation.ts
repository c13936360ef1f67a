import { cellToPixel } from '@disc-labeling/models/config';
import type { Float32Tensor, HourglassOutput } from '@disc-labeling/models/engines/types';
import type { LossConfig, TrainingBatch } from '@disc-labeling/models/training';
import {
  compareDiscs,
  keyPointAccuracy,
  softDice,
  summarizeDiscs,
  type DiscComparison,
  type PlacedDisc,
} from '../evaluation/metrics.js';
import { decodeChain } from '../labeling/decode.js';
import type { DiscPoint, TargetGrid } from '../dataset/targets.js';
import type { SampleBatch } from './batches.js';
import { turnedMaps, turnedPlace } from './turned.js';

/** What validation found, over all its images. */
export interface ValidationResult {
  /** Of all stacks together, comparable with the training loss. */
  readonly loss: number;
  /** Share of the visible levels whose raw map peaks within {@link rightWithin} of the disc. */
  readonly accuracy: number;
  /** Share of the absent levels whose raw map peaks above one half. */
  readonly falseRate: number;
  /** mm from the peak of a visible level's raw map to its disc. */
  readonly medianDistance: number;
  /** As the reference measures it, on raw maps: mean over joints per batch, batches weighted by their size. */
  readonly pck: number;
  /** As the reference measures it, weighted alike. */
  readonly dice: number;
  /** Share of the visible discs found by decoding, as `evaluate` counts (of one size, at the samples' pixel size). */
  readonly identified: number;
}

/** A visible level's map counts as right when its peak lies this near to the disc, in mm. */
export const rightWithin = 5;
/** A map whose highest value exceeds this claims a disc. */
const claim = 0.5;

/** mm per row and column. */
type Spacing = readonly [row: number, column: number];

/** Gathers the outcome of validation batch by batch. */
export class ValidationTally {
  private lossSum = 0;
  private images = 0;
  private pckSum = 0;
  private diceSum = 0;
  private readonly joints: { right: number; counted: number }[] = [];
  private readonly comparisons: DiscComparison[] = [];
  private falseClaims = 0;
  private absent = 0;
  private readonly distances: number[] = [];

  constructor(
    private readonly grid: TargetGrid,
    private readonly loss: LossConfig,
  ) {}

  /**
   * @param spacing mm per pixel of each image, or per row and column
   * @param more levels of each image that are not judged, as nobody knows whether they are there; how images lie
   */
  add(
    output: HourglassOutput,
    batch: TrainingBatch,
    discs: SampleBatch['discs'],
    spacing: SampleBatch['spacing'],
    { unknown, frame = 'picture' }: Pick<SampleBatch, 'unknown' | 'frame'> = {},
  ): void {
    const last = output.heatmaps[output.heatmaps.length - 1]!;
    this.lossSum += outputLoss(output.heatmaps, batch, this.loss) * discs.length;
    this.images += discs.length;
    const [found, wanted] = [this.levelsOf(last), this.levelsOf(batch.targets)];
    const accuracy = keyPointAccuracy(found, wanted);
    this.pckSum += accuracy.mean * discs.length;
    accuracy.perJoint.forEach((share, joint) => {
      const sum = (this.joints[joint] ??= { right: 0, counted: 0 });
      sum.right += (share ?? 0) * accuracy.counted[joint]!;
      sum.counted += accuracy.counted[joint]!;
    });
    this.diceSum += softDice(found, wanted) * discs.length;
    discs.forEach((points, image) => {
      const given = spacing[image]!;
      const mm = typeof given === 'number' ? ([given, given] as const) : given;
      const unjudged = new Set(unknown?.[image]!.map(({ value }) => value));
      this.addImage(last, image, points, mm, unjudged);
      this.comparisons.push(this.decodedImage(last, image, points, mm, unjudged, frame));
    });
  }

  result(): ValidationResult {
    const sorted = [...this.distances].sort((a, b) => a - b);
    const right = sorted.filter((distance) => distance <= rightWithin).length;
    return {
      loss: this.lossSum / Math.max(1, this.images),
      accuracy: right / Math.max(1, sorted.length),
      falseRate: this.falseClaims / Math.max(1, this.absent),
      medianDistance: sorted.length === 0 ? 0 : sorted[Math.floor(sorted.length / 2)]!,
      pck: this.pckSum / Math.max(1, this.images),
      dice: this.diceSum / Math.max(1, this.images),
      identified: summarizeDiscs(this.comparisons).identificationRate || 0,
    };
  }

  /** Share of the images in which each level's raw map is right, as PCK has it; null where it is in none. */
  perLevel(): { readonly value: number; readonly pck: number | null }[] {
    const values = this.grid.values.filter((value) => value !== null);
    return values.map((value, joint) => {
      const { right, counted } = this.joints[joint] ?? { right: 0, counted: 0 };
      return { value, pck: counted === 0 ? null : right / counted };
    });
  }

  /** Discs in the images of a level that has a map. */
  get visible(): number {
    return this.distances.length;
  }

  /** The maps that stand for levels. */
  private levelsOf(maps: Float32Tensor): Float32Tensor {
    const kept = this.grid.values.flatMap((value, joint) => (value === null ? [] : [joint]));
    const [n, joints, rows, columns] = maps.shape as [number, number, number, number];
    if (kept.length === joints) return maps;
    const area = rows * columns;
    const data = new Float32Array(n * kept.length * area);
    for (let image = 0; image < n; image++)
      kept.forEach((joint, i) => {
        const start = (image * joints + joint) * area;
        data.set(maps.data.subarray(start, start + area), (image * kept.length + i) * area);
      });
    return { data, shape: [n, kept.length, rows, columns] };
  }

  private decodedImage(
    maps: Float32Tensor,
    image: number,
    points: readonly DiscPoint[],
    spacing: Spacing,
    unjudged: ReadonlySet<number>,
    frame: 'picture' | 'reference',
  ) {
    const { stride, values, anyDisc } = this.grid;
    const shape = maps.shape.slice(1);
    const size = shape.reduce((a, b) => a * b);
    const own = { data: maps.data.subarray(image * size, (image + 1) * size), shape };
    // Decoding looks for discs from head to foot, so along the rows.
    const upright = frame === 'picture' ? own : turnedMaps(own);
    const mmPerCell = stride * Math.sqrt(spacing[0] * spacing[1]);
    const found = decodeChain(upright, { values, anyDisc, mmPerCell })
      .filter(({ value }) => !unjudged.has(value))
      .map((disc) => (frame === 'picture' ? disc : { ...disc, ...turnedPlace(disc, upright.shape) }));
    const inMm = (value: number, row: number, column: number): PlacedDisc => ({
      value,
      position: [row * spacing[0], column * spacing[1]],
    });
    return compareDiscs(
      points.map(({ value, row, column }) => inMm(value, row, column)),
      found.map(({ value, row, column }) =>
        inMm(value, cellToPixel(row, stride), cellToPixel(column, stride)),
      ),
      { toleranceMm: rightWithin },
    );
  }

  private addImage(
    maps: Float32Tensor,
    image: number,
    points: readonly DiscPoint[],
    spacing: Spacing,
    unjudged: ReadonlySet<number>,
  ): void {
    this.grid.values.forEach((value, joint) => {
      if (value === null || unjudged.has(value)) return;
      const peak = peakOf(maps, image, joint);
      const disc = points.find((point) => point.value === value);
      if (disc === undefined) {
        this.absent++;
        if (peak.value > claim) this.falseClaims++;
        return;
      }
      const { stride } = this.grid;
      const rows = cellToPixel(peak.row, stride) - disc.row;
      const columns = cellToPixel(peak.column, stride) - disc.column;
      this.distances.push(Math.hypot(rows * spacing[0], columns * spacing[1]));
    });
  }
}

/** The highest cell of a map, its position refined by a parabola through its neighbours in each direction. */
function peakOf({ data, shape }: Float32Tensor, image: number, joint: number) {
  const [, joints, rows, columns] = shape as [number, number, number, number];
  const map = data.subarray((image * joints + joint) * rows * columns).subarray(0, rows * columns);
  let best = 0;
  for (let i = 1; i < map.length; i++) if (map[i]! > map[best]!) best = i;
  const row = Math.floor(best / columns);
  const column = best % columns;
  const value = map[best]!;
  const shift = (before: number | undefined, after: number | undefined): number => {
    if (before === undefined || after === undefined) return 0;
    const bend = before - 2 * value + after;
    return bend < 0 ? (before - after) / (2 * bend) : 0;
  };
  const inRow = (c: number) => (c >= 0 && c < columns ? map[row * columns + c] : undefined);
  return {
    value,
    row: row + shift(map[best - columns], map[best + columns]),
    column: column + shift(inRow(column - 1), inRow(column + 1)),
  };
}

/** The training loss of given heat maps, summed over stacks (see {@link LossConfig} for the formulas). */
export function outputLoss(
  stacks: readonly Float32Tensor[],
  batch: Pick<TrainingBatch, 'targets' | 'visibility'>,
  loss: LossConfig,
): number {
  return stacks.reduce((sum, maps) => sum + stackLoss(maps, batch, loss), 0);
}

function stackLoss(
  maps: Float32Tensor,
  { targets, visibility }: Pick<TrainingBatch, 'targets' | 'visibility'>,
  loss: LossConfig,
): number {
  const [n, joints, rows, columns] = maps.shape as [number, number, number, number];
  const area = rows * columns;
  const total = loss.kind === 'weighted' && loss.anyDisc !== null ? joints - 1 + loss.anyDiscWeight : joints;
  let sum = 0;
  for (let plane = 0; plane < n * joints; plane++) {
    const visible = visibility.data[plane]!;
    const weight = loss.kind === 'weighted' && plane % joints === loss.anyDisc ? loss.anyDiscWeight : 1;
    let planeSum = 0;
    for (let i = plane * area; i < (plane + 1) * area; i++) {
      const target = targets.data[i]!;
      const difference = (maps.data[i]! - target) * visible;
      const emphasis = loss.kind === 'weighted' ? 1 + loss.peakWeight * target : 0.5;
      planeSum += emphasis * difference * difference;
    }
    sum += weight * planeSum;
  }
  return sum / (n * total * area);
}
