import type { Inference } from '@disc-labeling/models/engines/types';
import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { confidenceOf, type Rival } from '../labeling/confidence.js';
import type { CalibrationResult, ReliabilityBin } from '../protocol/phantoms.js';
import { fitLogistic } from './logistic.js';
import { isRight } from './metrics.js';
import { readPhantoms, rightWithinMm, type PhantomEvaluationOptions } from './phantoms.js';

type Confidence = NonNullable<ModelDescription['confidence']>;

export type Calibration = Pick<CalibrationResult, 'confidence' | 'discs' | 'reliability'>;

interface Found {
  readonly evidence: number;
  readonly rival: Rival | null;
  readonly right: boolean;
}

/** Of evidence and rival: about what was fitted to the models that ship, on hundreds of phantoms. */
const prior = { means: [8, -6], deviation: 3 } as const;

const edges = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 1];

/**
 * Fits how likely a disc that a model finds is right (within 5 mm under its name) to the evidence of the maps and to
 * how well other names would fit, on phantoms of the contrast it is for. How true that is, each half of them tells of
 * what is fitted to the other.
 *
 * @throws UserError too few phantoms, or the model is right or wrong everywhere; CancelledError
 */
export async function calibrate(
  description: ModelDescription,
  inference: Inference,
  options: PhantomEvaluationOptions,
): Promise<Calibration> {
  const found: Found[][] = [];
  // By the evidence alone, whatever the model says now.
  const bare = { ...description, confidence: undefined };
  const contrast = description.contrast === 'any' ? undefined : description.contrast;
  await readPhantoms(bare, inference, { contrast, ...options }, ({ reading, truth, outside, predicted }) => {
    const real = [...truth, ...outside];
    found.push(
      reading.discs.map(({ score }, n) => ({
        evidence: score,
        rival: reading.rival,
        right: isRight(predicted[n], real, rightWithinMm),
      })),
    );
  });
  const all = found.flat();
  const confidence = fit(all);
  if (confidence === null)
    throw new UserError(
      'cannot calibrate',
      `${all.length} discs, ${all.filter(({ right }) => right).length} of them right, are too few or too much alike; use more --phantoms`,
      description.name,
    );
  const halves = [0, 1].map((which) => found.filter((_, n) => n % 2 === which).flat());
  // Where a half is too few or too much alike, there is but the whole to go by.
  const scored = halves.flatMap((half, n) => scoredBy(fit(halves[1 - n]) ?? confidence, half));
  return { confidence, discs: all.length, reliability: reliabilityOf(scored) };
}

/** @returns null where there is too little to go by */
function fit(found: readonly Found[]): Confidence | null {
  const weights = fitLogistic(
    found.map(({ evidence, rival, right }) => ({ features: [evidence, rival?.ratio ?? 0], outcome: right })),
    prior,
  );
  if (weights === null) return null;
  const [bias, evidence, rival] = weights.map((weight) => Number(weight.toFixed(3)));
  return { bias, evidence, rival };
}

interface Scored {
  readonly score: number;
  readonly right: boolean;
}

const scoredBy = (confidence: Confidence, found: readonly Found[]): Scored[] =>
  found.map(({ evidence, rival, right }) => ({ score: confidenceOf(evidence, rival, confidence), right }));

function reliabilityOf(scored: readonly Scored[]): ReliabilityBin[] {
  return edges.slice(1).map((to, n) => {
    const from = edges[n];
    const inside = scored.filter(({ score }) => score >= from && score < to);
    const right = inside.filter((disc) => disc.right).length;
    return { from, to, discs: inside.length, right: inside.length === 0 ? null : right / inside.length };
  });
}
