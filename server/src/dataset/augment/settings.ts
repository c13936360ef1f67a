/** What may be done to a sample each time it is trained on, and how hard. */
import { z } from 'zod';

const probability = z.number().min(0).max(1).describe('How often it is done, 0 to 1.');

/** Lowest and highest value drawn. */
const range = (low: number, high: number) =>
  z
    .tuple([z.number().min(low).max(high), z.number().min(low).max(high)])
    .refine(([from, to]) => from <= to, 'the first number has to be the smaller one');

const kinds = {
  rotation: z
    .strictObject({ probability, degrees: range(-180, 180) })
    .describe('Degrees about the middle of the window.'),
  scale: z
    .strictObject({ probability, factor: range(0.25, 4) })
    .describe("Factor on the anatomy's size, uniform in its logarithm."),
  shift: z
    .strictObject({ probability, mm: range(-200, 200) })
    .describe('mm along each axis, in whole pixels.'),
  elastic: z
    .strictObject({ probability, mm: range(0, 6) })
    .describe(
      'Standard deviation in mm of a displacement that changes smoothly over about five centimetres.',
    ),
  gamma: z
    .strictObject({ probability, exponent: range(0.1, 10) })
    .describe('Exponent on 0..1, uniform in its logarithm.'),
  bias: z
    .strictObject({ probability, strength: range(0, 1.5) })
    .describe('Standard deviation of the logarithm of a gain that changes smoothly over the picture.'),
  noise: z
    .strictObject({ probability, sigma: range(0, 0.5) })
    .describe('Standard deviation where the brightest is 1; Gaussian or Rician, half of the time each.'),
  resolution: z
    .strictObject({ probability, factor: range(1, 8) })
    .describe('How many times coarser rows, columns or both are made.'),
  cutOut: z
    .strictObject({ probability, mm: range(1, 300), margin: z.number().min(0).max(200) })
    .describe("Side lengths in mm of a blanked rectangle, and how far it stays from every disc's point."),
  inversion: z.strictObject({ probability }).describe('Bright becomes dark.'),
  flip: z
    .strictObject({ probability })
    .describe("Head to foot, as in Azad et al.'s training; no anatomy looks like that."),
};

/** Every kind of augmentation with all of its settings. */
export type Augmentation = z.infer<z.ZodObject<typeof kinds>>;

/** A kind that can be left out (false) or changed in part. */
const changed = <Kind extends z.ZodObject>(kind: Kind) =>
  z
    .union([z.literal(false), kind.partial()])
    .optional()
    .describe(kind.description ?? '');

/**
 * What a configuration may say: true for what suits the set's preparation, false for none, or what differs from
 * the former; a kind that is false is left out.
 */
export const augmentSchema = z.union([
  z.boolean(),
  z.strictObject({
    rotation: changed(kinds.rotation),
    scale: changed(kinds.scale),
    shift: changed(kinds.shift),
    elastic: changed(kinds.elastic),
    gamma: changed(kinds.gamma),
    bias: changed(kinds.bias),
    noise: changed(kinds.noise),
    resolution: changed(kinds.resolution),
    cutOut: changed(kinds.cutOut),
    inversion: changed(kinds.inversion),
    flip: changed(kinds.flip),
  }),
]);

export type AugmentSetting = z.infer<typeof augmentSchema>;

/** For our own preparation: within what patients, coils and scanners differ in. */
export const ownAugmentation: Augmentation = {
  rotation: { probability: 0.6, degrees: [-12, 12] },
  scale: { probability: 0.6, factor: [0.8, 1.25] },
  shift: { probability: 0.9, mm: [-20, 20] },
  elastic: { probability: 0.3, mm: [1, 3] },
  gamma: { probability: 0.5, exponent: [0.65, 1.5] },
  bias: { probability: 0.4, strength: [0.05, 0.35] },
  noise: { probability: 0.4, sigma: [0.005, 0.06] },
  resolution: { probability: 0.25, factor: [1.2, 2.5] },
  cutOut: { probability: 0.25, mm: [10, 70], margin: 25 },
  inversion: { probability: 0 },
  flip: { probability: 0 },
};

const none = Object.fromEntries(
  Object.entries(ownAugmentation).map(([kind, settings]) => [kind, { ...settings, probability: 0 }]),
) as Augmentation;

/** What Azad et al. do: a flip from head to foot, half of the time, and nothing else. */
const referenceAugmentation: Augmentation = { ...none, flip: { probability: 0.5 } };

/**
 * The settings a set of this preparation is trained with. A kind that is named without a probability and is off by
 * default is done as often as our own preparation does it, or half of the time.
 */
export function augmentationFor(preparation: 'own' | 'reference', given: AugmentSetting): Augmentation {
  const usual = preparation === 'own' ? ownAugmentation : referenceAugmentation;
  if (given === true) return usual;
  if (given === false) return none;
  const merged = Object.entries(usual).map(([kind, settings]) => {
    const own = given[kind as keyof Augmentation];
    if (own === undefined) return [kind, settings];
    if (own === false) return [kind, { ...settings, probability: 0 }];
    const often = settings.probability || ownAugmentation[kind as keyof Augmentation].probability || 0.5;
    return [kind, { ...settings, probability: often, ...own }];
  });
  return Object.fromEntries(merged) as Augmentation;
}
