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

/**
 * The mean skeleton of some spines (reference-facts of Azad et al.: per image minus joint 0, divided by the
 * distance from joint 0 to joint 4; mean per joint over the images that have it). Spines without one of these two
 * joints say nothing about the shape and are left out.
 *
 * @param spines per image the joints' places, null where absent; superior on top, anterior on the right
 * @throws UserError when no spine has both joints
 */
export function meanSkeleton(spines: readonly (readonly (Point | null)[])[]): Skeleton {
  const [first, fifth] = unitJoints;
  const usable = spines.filter((joints) => joints[first] && joints[fifth]);
  if (usable.length === 0)
    throw new UserError('cannot build the mean skeleton', 'no image has both its first and its fifth disc');
  const normalized = usable.map((joints) => normalize(joints, joints[first]!, joints[fifth]!));
  const joints = Math.max(...usable.map((spine) => spine.length));
  return Array.from({ length: joints }, (_, joint) => {
    const seen = normalized.map((spine) => spine[joint] ?? null).filter((point) => point !== null);
    if (seen.length === 0) return null;
    const mean = (axis: 'row' | 'column'): number =>
      seen.reduce((sum, point) => sum + point[axis], 0) / seen.length;
    return [mean('row'), mean('column')] as const;
  });
}

function normalize(joints: readonly (Point | null)[], origin: Point, end: Point): (Point | null)[] {
  const unit = Math.hypot(end.row - origin.row, end.column - origin.column);
  return joints.map((joint) =>
    joint ? { row: (joint.row - origin.row) / unit, column: (joint.column - origin.column) / unit } : null,
  );
}

/** The JSON document of a skeleton file. */
export function formatSkeleton(skeleton: Skeleton, images: number): string {
  return `${JSON.stringify({ formatVersion: 1, images, skeleton }, null, 2)}\n`;
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
