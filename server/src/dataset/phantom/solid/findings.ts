import { discName } from '../../../volume/levels.js';
import { add } from '../polygon.js';
import type { Random } from '../random.js';
import type { Spine, SpineDisc } from '../spine.js';

/** Kinds of pathology a synthetic spine can have. */
export const pathologies = ['degeneration', 'fusion', 'osteophytes', 'scoliosis'] as const;
export type Pathology = (typeof pathologies)[number];
/** `mixed`: each kind in about every third subject. */
export type PathologyChoice = Pathology | 'mixed';

/** What is wrong with one spine. Levels are counted from 0 = C2/C3. */
export interface Findings {
  /** Dark, thin, bulging discs: level → height that is left, as a fraction. */
  readonly degenerated: ReadonlyMap<number, number>;
  /** Levels where bone bridges the disc. */
  readonly fused: ReadonlySet<number>;
  /** Level → mm by which the corners of the bodies stand out. */
  readonly osteophytes: ReadonlyMap<number, number>;
  /** Sideways curve, if any: mm, and the arc lengths of its wave and its start. */
  readonly scoliosis: { readonly amplitude: number; readonly wave: number; readonly phase: number } | null;
}

/** Where the cervical and the lumbar spine wear out most: C4/C5 … C6/C7 and L3/L4 … L5/S1. */
const wornLevels = [2, 3, 3, 4, 4, 5, 9, 20, 21, 21, 22];

/** Draws the findings of the kinds asked for; each kind has a stream of its own. */
export function sampleFindings(random: Random, kinds: readonly PathologyChoice[]): Findings {
  const mixture = random.fork('mixture');
  const mixed = new Map(pathologies.map((kind) => [kind, mixture.chance(0.35)]));
  const has = (kind: Pathology): boolean =>
    kinds.includes(kind) || (kinds.includes('mixed') && mixed.get(kind) === true);
  const levels = (kind: Pathology, most: number): { levels: number[]; own: Random } => {
    const own = random.fork(kind);
    const count = own.integer(1, most);
    const drawn = Array.from({ length: count }, () => wornLevels[own.integer(0, wornLevels.length - 1)]);
    // One at least where every field of view shows it.
    return { levels: [...new Set([own.integer(2, 5), ...drawn])], own };
  };
  const degenerated = levels('degeneration', 4);
  const fused = levels('fusion', 2);
  const osteophytes = levels('osteophytes', 5);
  const curve = random.fork('scoliosis');
  const scoliosis = {
    amplitude: curve.uniform(6, 16) * (curve.chance(0.5) ? 1 : -1),
    wave: curve.uniform(180, 340),
    phase: curve.uniform(-30, 60),
  };
  return {
    degenerated: new Map(
      has('degeneration')
        ? degenerated.levels.map((k) => [k, degenerated.own.uniform(0.35, 0.65)] as const)
        : [],
    ),
    fused: new Set(has('fusion') ? fused.levels.slice(0, 2) : []),
    osteophytes: new Map(
      has('osteophytes') ? osteophytes.levels.map((k) => [k, osteophytes.own.uniform(2, 5)] as const) : [],
    ),
    scoliosis: has('scoliosis') ? scoliosis : null,
  };
}

/** The spine with thinner and bulging discs where they are worn; a bulge moves the point to be labelled. */
export function wornSpine(spine: Spine, findings: Findings): Spine {
  const discs = spine.discs.map((disc, k): SpineDisc => {
    const left = findings.fused.has(k) ? 0.5 : findings.degenerated.get(k);
    if (left === undefined) return disc;
    const bulge = findings.fused.has(k) ? 0 : disc.bulge + 1.4 * (1 - left);
    return {
      ...disc,
      halfPosterior: disc.halfPosterior * left,
      halfAnterior: disc.halfAnterior * left,
      bulge,
      target: add(disc.posterior, disc.forward, -(0.9 + bulge / 2)),
    };
  });
  return { ...spine, discs };
}

/** mm to the right by which a scoliotic spine leaves the midline at an arc length below C2/C3. */
export function sidewaysAt(findings: Findings, arc: number): number {
  const curve = findings.scoliosis;
  if (!curve || arc <= 0) return 0;
  const onset = Math.min(1, arc / 70);
  return curve.amplitude * onset ** 2 * Math.sin((2 * Math.PI * (arc - curve.phase)) / curve.wave);
}

/** The findings in words, levels by the name of their disc. */
export function describeFindings(findings: Findings): string {
  const named = (levels: Iterable<number>): string =>
    [...levels]
      .sort((a, b) => a - b)
      .map((k) => discName(k + 3))
      .join(' ');
  const { degenerated, fused, osteophytes, scoliosis } = findings;
  return [
    ...(degenerated.size > 0 ? [`degeneration ${named(degenerated.keys())}`] : []),
    ...(fused.size > 0 ? [`fusion ${named(fused)}`] : []),
    ...(osteophytes.size > 0 ? [`osteophytes ${named(osteophytes.keys())}`] : []),
    ...(scoliosis ? [`scoliosis ${Math.abs(scoliosis.amplitude).toFixed(0)} mm`] : []),
  ].join('; ');
}
