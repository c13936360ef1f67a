import type { CellSize, Point } from './peaks.js';

/** What is known of spines before looking at one: how far apart neighbouring discs lie, and in which direction. */
export interface SpinePrior {
  /** Disc value of the first entry of the tables below. */
  readonly firstValue: number;
  /** mm from the posterior tip of disc `firstValue + i` to that of the next one. */
  readonly gaps: readonly number[];
  /** Direction of that step in radians: 0 straight down, positive backwards. */
  readonly angles: readonly number[];
}

/** Adult spacing of the discs from C2/C3 down to L5/S1, and the average lean of neck and upper back. */
export const adultSpine: SpinePrior = {
  firstValue: 3,
  gaps: [
    16.5, 16.2, 15.6, 15.6, 17, 19.2, 20.8, 21.5, 22.2, 22.8, 23.4, 24, 24.8, 25.6, 26.4, 27.2, 28, 30, 32,
    33, 34, 34,
  ],
  angles: new Array<number>(22).fill(0.25),
};

/** A place that may be a disc, and how strongly the maps say so for each level (a disc value). */
export interface Candidate extends Point {
  /** Evidence 0..1 that the disc of this value lies here. */
  readonly evidence: ReadonlyMap<number, number>;
}

/** One disc of the chain. */
export interface ChainLink {
  readonly value: number;
  readonly candidate: Candidate;
  readonly evidence: number;
}

/** Evidence below this speaks against a disc. */
const neutralEvidence = 0.22;
/** Price of leaving out one level between two discs. */
const skipCost = 0.3;
/** At most so many levels may be left out in one place. */
const longestSkip = 2;
/** A chain has to be worth as much as one clear disc. */
const leastWorth = 0.3;
/** Spacing: half a unit of spread (natural logarithm of the length) and its price; the same for the direction. */
const lengthSpread = 0.22;
const lengthPrice = 0.175;
const angleSpread = 0.45;
const anglePrice = 0.0625;
/** Sizes of a person relative to the prior that are tried. */
const sizes = Array.from({ length: 11 }, (_, i) => 0.75 * (1.32 / 0.75) ** (i / 10));

/** A partial chain ending in a candidate. */
interface Partial {
  readonly link: ChainLink;
  readonly worth: number;
  readonly before: Partial | null;
}

/**
 * The chain of discs that fits evidence and anatomy best: at most one candidate per level, going down the spine.
 * It may begin and end at any level, and leave out levels in between at a price; how many discs there are need
 * not be known. Dynamic programming, exact for each size tried: O(sizes · levels · candidates²).
 *
 * @param candidates rows must run from superior to inferior, columns from anterior to posterior
 * @param values     the levels, ascending
 * @param size       mm per cell
 * @returns the discs in order, superior to inferior; empty where nothing is convincing
 */
export function bestChain(
  candidates: readonly Candidate[],
  values: readonly number[],
  size: CellSize,
  prior: SpinePrior = adultSpine,
): ChainLink[] {
  const steps = candidates.map((from) => candidates.map((to) => stepBetween(from, to, size)));
  let best: Partial | null = null;
  for (const scale of sizes) {
    const chain = bestChainOfSize(candidates, values, steps, (from, to) =>
      expectedStep(prior, from, to, scale),
    );
    if (worthOf(chain) > worthOf(best)) best = chain;
  }
  const links: ChainLink[] = [];
  if (worthOf(best) >= leastWorth) for (let part = best; part; part = part.before) links.unshift(part.link);
  return links;
}

const worthOf = (partial: Partial | null): number => partial?.worth ?? -Infinity;

/** `steps[i][j]` leads from candidate i to candidate j, null where that is not downwards. */
function bestChainOfSize(
  candidates: readonly Candidate[],
  values: readonly number[],
  steps: readonly (readonly (Step | null)[])[],
  expected: (from: number, to: number) => Step,
): Partial | null {
  const levels: (Partial | null)[][] = [];
  let best: Partial | null = null;
  for (const [level, value] of values.entries()) {
    const earlier = previousLevels(level, values).map((previous, skipped) => ({
      partials: levels[previous],
      expected: expected(values[previous], value),
      skipCost: skipped * skipCost,
    }));
    levels[level] = candidates.map((candidate, to) => {
      const evidence = candidate.evidence.get(value) ?? 0;
      if (evidence <= 0) return null;
      let before: Partial | null = null;
      let worthBefore = 0;
      for (const { partials, expected, skipCost } of earlier) {
        for (let from = 0; from < partials.length; from++) {
          const partial = partials[from];
          const step = steps[from][to];
          // A step costs something, so that a chain of less worth can't win.
          if (partial === null || step === null || partial.worth - skipCost <= worthBefore) continue;
          const worth = partial.worth - skipCost - stepCost(step, expected);
          if (worth > worthBefore) [before, worthBefore] = [partial, worth];
        }
      }
      return {
        link: { value, candidate, evidence },
        worth: evidence - neutralEvidence + worthBefore,
        before,
      };
    });
    for (const partial of levels[level]) if (worthOf(partial) > worthOf(best)) best = partial;
  }
  return best;
}

/** The levels a chain may come from, the nearest first. */
function previousLevels(level: number, values: readonly number[]): number[] {
  return values
    .map((_, i) => i)
    .slice(Math.max(0, level - 1 - longestSkip), level)
    .reverse();
}

/** The way from one disc to a lower one. */
export interface Step {
  /** Natural logarithm of the distance in mm. */
  readonly logLength: number;
  /** Radians: 0 straight down, positive backwards. */
  readonly angle: number;
}

/** The step between two points; null when it does not go down. */
export function stepBetween(from: Point, to: Point, size: CellSize): Step | null {
  const down = (to.row - from.row) * size[0];
  const back = (to.column - from.column) * size[1];
  return down > 0 ? { logLength: Math.log(Math.hypot(down, back)), angle: Math.atan2(back, down) } : null;
}

/** How unlikely a step is, given the expected one. */
export function stepCost(step: Step, expected: Step): number {
  const length = (step.logLength - expected.logLength) / lengthSpread;
  const angle = (step.angle - expected.angle) / angleSpread;
  return lengthPrice * length ** 2 + anglePrice * angle ** 2;
}

/** The prior's step from one disc value to a higher one, in a spine of this size; beyond its tables their ends go on. */
export function expectedStep(prior: SpinePrior, from: number, to: number, scale: number): Step {
  let down = 0;
  let back = 0;
  for (let value = from; value < to; value++) {
    const entry = Math.min(Math.max(value - prior.firstValue, 0), prior.gaps.length - 1);
    down += prior.gaps[entry] * Math.cos(prior.angles[entry]);
    back += prior.gaps[entry] * Math.sin(prior.angles[entry]);
  }
  return { logLength: Math.log(scale * Math.hypot(down, back)), angle: Math.atan2(back, down) };
}
