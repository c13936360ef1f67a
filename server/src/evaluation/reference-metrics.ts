import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { connectedComponents } from '../labeling/components.js';
import type { HeatMap, Point } from '../labeling/peaks.js';
import {
  chooseCombination,
  findCandidates,
  type SkeletonCandidate,
  type SkeletonDecodeOptions,
} from '../labeling/reference-decode.js';
import type { Skeleton } from '../labeling/skeleton.js';
import { deviation, mean, median } from './statistics.js';

/*
 * The test metrics of the paper's own evaluation, quirks included, for comparison with its published numbers:
 * pixels, blind to labels, distances along the image's columns (inferior-superior) called z.
 * What this project measures by default is in metrics.ts.
 */

/** A prediction further than this along z from its nearest true point is false, in pixels. */
const falsePositiveDistance = 10;
/** A true point further than this along z from its nearest prediction is missed, in pixels. */
const falseNegativeDistance = 7;

/** One image's numbers. */
export interface ReferenceImageMetrics {
  /** Per true point, distance to the nearest prediction in pixels. */
  readonly l2: readonly number[];
  /** Per true point, distance along z to that prediction. */
  readonly z: readonly number[];
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly total: number;
}

/**
 * Compares points of one image (row = antero-posterior, column = inferior-superior), blind to labels.
 * Without any prediction, where the original fails, every true point is missed and has no distance.
 */
export function compareReferencePoints(
  truth: readonly Point[],
  predicted: readonly Point[],
): ReferenceImageMetrics {
  const matches =
    predicted.length === 0 ? [] : truth.map((point) => ({ point, match: nearest(point, predicted) }));
  const z = matches.map(({ point, match }) => Math.abs(point.column - match.column));
  const falsePositives = predicted.filter(
    (point) =>
      truth.length === 0 || Math.abs(point.column - nearest(point, truth).column) > falsePositiveDistance,
  );
  return {
    l2: matches.map(({ point, match }) => distance(point, match)),
    z,
    falsePositives: falsePositives.length,
    falseNegatives:
      predicted.length === 0 ? truth.length : z.filter((side) => side > falseNegativeDistance).length,
    total: truth.length,
  };
}

/** Numbers over all images; NaN where no image has a point. */
export interface ReferenceMetrics {
  readonly l2Median: number;
  readonly l2Std: number;
  readonly zMean: number;
  readonly zStd: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  /** True points. */
  readonly total: number;
  /** Percent of the true points, the false positives as well. */
  readonly falsePositivePercent: number;
  readonly falseNegativePercent: number;
}

/** Median and population standard deviation over all points of all images; rates per true point. */
export function summarizeReferenceMetrics(images: readonly ReferenceImageMetrics[]): ReferenceMetrics {
  const l2 = images.flatMap((image) => image.l2);
  const z = images.flatMap((image) => image.z);
  const sum = (key: 'falsePositives' | 'falseNegatives' | 'total'): number =>
    images.reduce((total, image) => total + image[key], 0);
  const total = sum('total');
  return {
    l2Median: median(l2),
    l2Std: deviation(l2),
    zMean: mean(z),
    zStd: deviation(z),
    falsePositives: sum('falsePositives'),
    falseNegatives: sum('falseNegatives'),
    total,
    falsePositivePercent: (100 * sum('falsePositives')) / total,
    falseNegativePercent: (100 * sum('falseNegatives')) / total,
  };
}

/**
 * The points the original evaluates: the chosen components of all maps added up, resized to the image by nearest
 * neighbour (with rows and columns of the image swapped, as the original does), and taken apart again.
 *
 * @param maps       `[maps, height, width]` in the reference's frame
 * @param imageShape rows and columns of the padded image
 * @returns points in the image's frame, in OpenCV's order of components
 */
export function referencePoints(
  maps: Float32Tensor,
  skeleton: Skeleton,
  imageShape: readonly [rows: number, columns: number],
  options: SkeletonDecodeOptions = {},
): Point[] {
  const channels = findCandidates(maps, options);
  const { chosen } = chooseCombination(channels, skeleton);
  if (chosen.length === 0) return [];
  const { height, width } = channels[0].map;
  const merged = { data: new Float32Array(height * width), height, width };
  for (const [position, { candidates }] of channels.entries())
    for (const { component } of keptComponents(chosen[position], candidates, width))
      for (const cell of component.cells) merged.data[cell] = 1;
  // The original turns the sum back into the network's frame, then exchanges the two sides of the image.
  const [rows, columns] = imageShape;
  const resized = resizeNearest(turnBack(merged), columns, rows);
  return connectedComponents(resized, (value) => value > 0).map(({ centroid }) => centroid);
}

/** The chosen component; all of a map's where the chosen one's centre, truncated, lies outside of it. */
function keptComponents(
  chosen: SkeletonCandidate,
  candidates: readonly SkeletonCandidate[],
  width: number,
): readonly SkeletonCandidate[] {
  const { row, column } = chosen.component.centroid;
  const centre = Math.trunc(row) * width + Math.trunc(column);
  return chosen.component.cells.includes(centre) ? [chosen] : candidates;
}

/** From the upright frame to the network's: a quarter turn clockwise. */
function turnBack({ data, height, width }: HeatMap): HeatMap {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      turned[column * height + (height - 1 - row)] = data[row * width + column];
  return { data: turned, height: width, width: height };
}

/** OpenCV's INTER_NEAREST: the cell at the scaled index, rounded down. */
function resizeNearest(map: HeatMap, height: number, width: number): HeatMap {
  const data = new Float32Array(height * width);
  for (let row = 0; row < height; row++) {
    const from = Math.min(map.height - 1, Math.floor((row * map.height) / height));
    for (let column = 0; column < width; column++)
      data[row * width + column] =
        map.data[from * map.width + Math.min(map.width - 1, Math.floor((column * map.width) / width))];
  }
  return { data, height, width };
}

function nearest(point: Point, others: readonly Point[]): Point {
  return others.reduce((best, other) => (distance(point, other) < distance(point, best) ? other : best));
}

const distance = (a: Point, b: Point): number => Math.hypot(a.row - b.row, a.column - b.column);
