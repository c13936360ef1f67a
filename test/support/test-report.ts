/** Test reports as `disc-labeling test` writes them, made up: for what shows, sorts, saves and compares them. */
import { mean, deviation, quantile } from '@disc-labeling/server/evaluation/statistics';
import type {
  DiscCounts,
  ReportDisc,
  ReportPoint,
  ReportSubject,
  TestReport,
} from '@disc-labeling/server/protocol';
import { discName } from '@disc-labeling/server/volume/levels';

export interface MadeImage {
  readonly name: string;
  readonly image: string;
  readonly contrast: string;
  readonly truth: readonly (ReportPoint & { readonly value: number })[];
  readonly picture?: string | null;
}

/** mulberry32: numbers 0..1 that follow from the seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Images of spines that stand upright in a 1 mm grid. */
export function madeImages(count: number, seed = 1): MadeImage[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, n) => {
    const contrast = n % 2 === 0 ? 'T1w' : 'T2w';
    const name = `sub-site${String(n + 1).padStart(4, '0')}_${contrast}`;
    const discs = 8 + Math.floor(random() * 8);
    return {
      name,
      contrast,
      image: `/data/spine/${name.split('_')[0]}/anat/${name}.nii.gz`,
      truth: Array.from({ length: discs }, (_, i) => {
        const voxel = [32, 90 + 10 * random(), 230 - 16 * i] as const;
        return { value: 3 + i, voxel, world: [0, voxel[1] - 100, voxel[2] - 120] as const };
      }),
    };
  });
}

export interface MadeReportOptions {
  readonly images?: readonly MadeImage[];
  readonly seed?: number;
  readonly model?: string;
  /** Typical distance, mm. */
  readonly spread?: number;
  /** Share of the images whose names are all one level off. */
  readonly shiftedShare?: number;
}

export function makeReport({
  images = madeImages(40),
  seed = 7,
  model = 'reference-t1',
  spread = 1,
  shiftedShare = 0.06,
}: MadeReportOptions = {}): TestReport {
  const random = randomFrom(seed);
  const subjects = images.map((image) => subjectOf(image, random, spread, shiftedShare));
  const discs = subjects.flatMap((subject) => subject.discs);
  const values = [...new Set(discs.map(({ value }) => value))].sort((a, b) => a - b);
  const contrasts = [...new Set(images.map(({ contrast }) => contrast))];
  return {
    formatVersion: 1,
    kind: 'disc-labeling test report',
    generatedBy: 'disc-labeling 0.1.0',
    date: '2026-11-25T09:30:00.000Z',
    model: {
      name: model,
      title: `Stacked hourglass, ${model}`,
      path: `/models/${model}`,
      contrast: 'any',
      attention: true,
    },
    engine: 'onnxruntime-cpu',
    set: {
      name: 'spine-generic',
      path: '/data/prepared/spine-generic',
      contrast: contrasts.length === 1 ? contrasts[0] : 'both',
      preparation: 'own',
      split: 'test',
    },
    toleranceMm: 5,
    seconds: images.length * 0.41,
    summary: countsOf(discs),
    levels: values.map((value) => ({
      value,
      name: discName(value),
      ...countsOf(discs.filter((disc) => disc.value === value)),
    })),
    reference: {
      l2Median: 1.41,
      l2Std: 1.9,
      zMean: 0.82,
      zStd: 1.2,
      falsePositives: 2,
      falseNegatives: 3,
      total: discs.length,
      falsePositivePercent: 200 / discs.length,
      falseNegativePercent: 300 / discs.length,
    },
    subjects,
    notices: [],
  };
}

const size = [1, 1, 1] as const;

function subjectOf(
  image: MadeImage,
  random: () => number,
  spread: number,
  shiftedShare: number,
): ReportSubject {
  // Box and Muller: one normal number of two even ones.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const shifted = random() < shiftedShare;
  const discs: ReportDisc[] = image.truth.map(({ value, voxel, world }, at) => {
    const off = size.map((_, axis) => (axis === 0 ? 0 : 0.7 * spread * normal()));
    const place = (named: number): NonNullable<ReportDisc['predicted']> => ({
      value: named,
      name: discName(named),
      score: 0.6 + 0.4 * random(),
      voxel: [voxel[0] + off[0], voxel[1] + off[1], voxel[2] + off[2]],
      world: [world[0] + off[0], world[1] + off[1], world[2] + off[2]],
    });
    const common = { value, name: discName(value), truth: { voxel, world } };
    if (shifted) {
      const neighbour = image.truth[at + 1];
      const distance = neighbour ? Math.hypot(...neighbour.world.map((mm, axis) => mm - world[axis])) : null;
      return { ...common, outcome: 'shifted', predicted: place(value + 1), distance };
    }
    if (random() < 0.01) return { ...common, outcome: 'missed', predicted: null, distance: null };
    return { ...common, outcome: 'identified', predicted: place(value), distance: Math.hypot(...off) };
  });
  if (random() < 0.05) {
    const { voxel, world, value } = image.truth[image.truth.length - 1];
    const named = value + 1;
    const predicted = {
      value: named,
      name: discName(named),
      score: 0.31,
      voxel: [voxel[0], voxel[1] + 8, voxel[2] - 9] as const,
      world: [world[0], world[1] + 8, world[2] - 9] as const,
    };
    discs.push({
      value: named,
      name: discName(named),
      outcome: 'false',
      truth: null,
      predicted,
      distance: null,
    });
  }
  const counts = countsOf(discs);
  return {
    name: image.name,
    subject: image.name.split('_')[0],
    session: null,
    contrast: image.contrast,
    image: image.image,
    counts,
    reference: {
      falsePositives: counts.false,
      falseNegatives: counts.missed,
      total: counts.total,
      l2Median: 1.2,
    },
    discs,
    picture: image.picture ?? null,
    notices: [],
  };
}

function countsOf(discs: readonly ReportDisc[]): DiscCounts {
  const count = (outcome: ReportDisc['outcome']): number =>
    discs.filter((disc) => disc.outcome === outcome).length;
  const total = discs.length - count('false');
  const distances = discs.flatMap(({ distance }) => distance ?? []);
  const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    total,
    identified: count('identified'),
    shifted: count('shifted'),
    misnamed: count('misnamed'),
    missed: count('missed'),
    false: count('false'),
    identificationRate: known(count('identified') / total),
    distance: {
      mean: known(mean(distances)),
      std: known(deviation(distances)),
      median: known(quantile(distances, 0.5)),
      p95: known(quantile(distances, 0.95)),
    },
  };
}
