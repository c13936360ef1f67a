import type { Float32Tensor, HourglassOutput } from '@disc-labeling/models/engines/types';
import type { LossConfig, TrainingBatch } from '@disc-labeling/models/training';
import { cellToPixel } from '../dataset/targets.js';
import type { DiscPoint, TargetGrid } from '../dataset/targets.js';

/** What validation found, over all its images. */
export interface ValidationResult {
  readonly loss: number;
  readonly accuracy: number;
  readonly falseRate: number;
  readonly medianDistance: number;
}

/** A visible level's map counts as right when its peak lies this near to the disc, in mm. */
export const rightWithin = 5;
/** A map whose highest value exceeds this claims a disc. */
const claim = 0.5;

/** Gathers the outcome of validation batch by batch. */
export class ValidationTally {
  private lossSum = 0;
  private images = 0;
  private falseClaims = 0;
  private absent = 0;
  private readonly distances: number[] = [];

  constructor(
    private readonly grid: TargetGrid,
    private readonly loss: LossConfig,
  ) {}

  /** @param spacing mm per pixel of each image */
  add(
    output: HourglassOutput,
    batch: TrainingBatch,
    discs: readonly (readonly DiscPoint[])[],
    spacing: readonly number[],
  ): void {
    const last = output.heatmaps[output.heatmaps.length - 1]!;
    this.lossSum += outputLoss(output.heatmaps, batch, this.loss) * discs.length;
    this.images += discs.length;
    discs.forEach((points, image) => this.addImage(last, image, points, spacing[image]!));
  }

  result(): ValidationResult {
    const sorted = [...this.distances].sort((a, b) => a - b);
    const right = sorted.filter((distance) => distance <= rightWithin).length;
    return {
      loss: this.lossSum / Math.max(1, this.images),
      accuracy: right / Math.max(1, sorted.length),
      falseRate: this.falseClaims / Math.max(1, this.absent),
      medianDistance: sorted.length === 0 ? 0 : sorted[Math.floor(sorted.length / 2)]!,
    };
  }

  private addImage(maps: Float32Tensor, image: number, points: readonly DiscPoint[], spacing: number): void {
    this.grid.values.forEach((value, joint) => {
      if (value === null) return;
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
      this.distances.push(Math.hypot(rows, columns) * spacing);
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
