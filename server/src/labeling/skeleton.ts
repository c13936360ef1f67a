import { UserError } from '@disc-labeling/models/errors';
import type { Point } from './peaks.js';

/**
 * The shape of an average spine: where each joint (topmost disc first) lies relative to joint 0, in units of the
 * distance from joint 0 to joint 4. Rows run downwards, columns from posterior to anterior (the reference's
 * upright frame). Null: a joint never seen.
 */
export type Skeleton = readonly (readonly [row: number, column: number] | null)[];

/** The two joints whose distance is the unit. */
export const unitJoints = [0, 4] as const;

/** A skeleton with what is known about how it came about. */
export interface SkeletonStatistics {
  readonly mean: Skeleton;
  /** Standard deviation (population) per joint; null as in the mean. */
  readonly spread: Skeleton;
  /** Spines that have the joint. */
  readonly counts: readonly number[];
  /** Spines the statistics are made of. */
  readonly spines: number;
}

/** The mean alone, see {@link skeletonStatistics}. */
export function meanSkeleton(spines: readonly (readonly (Point | null)[])[]): Skeleton {
  return skeletonStatistics(spines).mean;
}

/**
 * Mean and spread of the shape of some spines (reference-facts of Azad et al.: per image minus joint 0, divided by
 * the distance from joint 0 to joint 4; mean per joint over the images that have it). Spines without one of these
 * two joints say nothing about the shape and are left out.
 *
 * @param spines per image the joints' places, null where absent; superior on top, anterior on the right
 * @param asReference an absent joint 4 is taken to lie at (0, 0), as in the reference, whose mean such spines spoil
 * @throws UserError when no spine has both joints
 */
export function skeletonStatistics(
  spines: readonly (readonly (Point | null)[])[],
  asReference = false,
): SkeletonStatistics {
  const tally = new SkeletonTally(asReference);
  for (const spine of spines) tally.add(spine);
  return tally.result();
}

/** The same for spines that come one by one; memory does not grow with their number. */
export class SkeletonTally {
  private readonly sums: { count: number; row: number[]; column: number[] }[] = [];
  private spines = 0;

  constructor(private readonly asReference = false) {}

  /** @param joints a spine's places, null where absent */
  add(joints: readonly (Point | null)[]): void {
    const [first, fifth] = unitJoints;
    const origin = joints[first];
    const end = joints[fifth] ?? (this.asReference ? { row: 0, column: 0 } : null);
    if (!origin || !end) return;
    this.spines++;
    normalize(joints, origin, end).forEach((point, joint) => {
      const sum = (this.sums[joint] ??= { count: 0, row: [0, 0], column: [0, 0] });
      if (!point) return;
      sum.count++;
      for (const axis of ['row', 'column'] as const) {
        // Welford's update: mean, and the sum of squared differences from it.
        const difference = point[axis] - sum[axis][0];
        sum[axis][0] += difference / sum.count;
        sum[axis][1] += difference * (point[axis] - sum[axis][0]);
      }
    });
  }

  /** @throws UserError when no spine had both joints */
  result(): SkeletonStatistics {
    if (this.spines === 0)
      throw new UserError('cannot build the mean skeleton', 'no image has both its first and its fifth disc');
    const seen = <T>(value: (sum: (typeof this.sums)[number]) => T) =>
      this.sums.map((sum) => (sum.count > 0 ? value(sum) : null));
    return {
      mean: seen(({ row, column }) => [row[0], column[0]] as const),
      spread: seen(
        ({ count, row, column }) => [Math.sqrt(row[1] / count), Math.sqrt(column[1] / count)] as const,
      ),
      counts: this.sums.map(({ count }) => count),
      spines: this.spines,
    };
  }
}

function normalize(joints: readonly (Point | null)[], origin: Point, end: Point): (Point | null)[] {
  const unit = Math.hypot(end.row - origin.row, end.column - origin.column);
  return joints.map((joint) =>
    joint ? { row: (joint.row - origin.row) / unit, column: (joint.column - origin.column) / unit } : null,
  );
}

/**
 * The JSON document of a skeleton file.
 * @param further what else is known: spread, counts, where it comes from
 */
export function formatSkeleton(
  skeleton: Skeleton,
  images: number,
  further: Readonly<Record<string, unknown>> = {},
): string {
  return `${JSON.stringify({ formatVersion: 1, images, skeleton, ...further }, null, 2)}\n`;
}

/**
 * Reads a skeleton file: what {@link formatSkeleton} writes, or a bare list of `[row, column]` pairs.
 *
 * @throws UserError when it is neither
 */
export function parseSkeleton(text: string, file?: string): Skeleton {
  const fail = (why: string): never => {
    throw new UserError('cannot read skeleton', why, file);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('it is not valid JSON');
  }
  const version = (json as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== undefined && version !== 1)
    return fail(`its format version is ${JSON.stringify(version)} where 1 is known`);
  const joints = Array.isArray(json) ? json : (json as { skeleton?: unknown } | null)?.skeleton;
  if (!Array.isArray(joints) || joints.length === 0 || !joints.every(isJoint))
    return fail('it must be a list of [row, column] pairs, or hold one as "skeleton"');
  return joints.map((joint) =>
    joint === null || joint.includes(null) ? null : ([joint[0]!, joint[1]!] as const),
  );
}

/** A pair of numbers, or null where a joint was never seen. */
function isJoint(joint: unknown): joint is (number | null)[] | null {
  if (joint === null) return true;
  return (
    Array.isArray(joint) &&
    joint.length === 2 &&
    joint.every((side) => side === null || Number.isFinite(side))
  );
}
