import { UserError } from '@disc-labeling/models/errors';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import type { ModelDescription } from '@disc-labeling/models/model';
import {
  adultSpine,
  bestChain,
  expectedStep,
  stepBetween,
  stepCost,
  type Candidate,
  type ChainLink,
  type SpinePrior,
  type Step,
} from './chain.js';
import {
  distanceMm,
  findPeaks,
  sample,
  type CellSize,
  type HeatMap,
  type Peak,
  type Point,
} from './peaks.js';

/** What the maps of a network mean, and how large their cells are. */
export interface DecodeOptions {
  /** Disc value of each map (3 = C2/C3, …); null for a map that is no level. */
  readonly values: readonly (number | null)[];
  /** Index of the map that answers to any disc, or null: then the maximum over the levels stands in for it. */
  readonly anyDisc: number | null;
  /** mm per cell of the maps, or `[mm per row, mm per column]`. */
  readonly mmPerCell: number | CellSize;
  /**
   * `picture`: rows run superior to inferior, columns anterior to posterior.
   * `reference`: rows run posterior to anterior, columns inferior to superior. Default `picture`.
   */
  readonly frame?: ModelDescription['input']['frame'];
  /** Default: an adult spine. */
  readonly prior?: SpinePrior;
  /**
   * The part of the maps that shows anything, in cells: first and last row, first and last column. Default: all.
   * A disc at its very edge is one that lies outside, seen by its vertebra.
   */
  readonly visible?: VisibleBox;
  /** Name discs below the last level that has a map, where the any-disc map is clear. Default true. */
  readonly continueBelow?: boolean;
}

/** Rows and columns, fractions of cells included; whole numbers are cell centres. */
export interface VisibleBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A disc found in heat maps. */
export interface DecodedDisc {
  /** 3 = C2/C3, 4 = C3/C4, … */
  readonly value: number;
  /** In cells of the maps, in their own frame; whole numbers are cell centres. */
  readonly row: number;
  readonly column: number;
  /** 0..1. */
  readonly score: number;
}

/** Share of a level's own map in the evidence; the rest comes from the any-disc map. */
const levelShare = 0.6;
/** Lower peaks are not looked at. */
const leastPeak = 0.05;
const peaksPerLevel = 3;
const mostPeaks = 40;
/** Peaks of different maps closer than this are one place, in mm. */
const samePlaceMm = 4;
/** What lies further from a place, in mm, neither is its nearest peak nor hides it. */
const aroundMm = 24;
/** Discs closer than this to the edge of what is visible are left out, unless the maps are sure of them. */
const edgeMm = 1;
const sureAtEdge = 0.7;
/** An end of the chain much less sure than the rest is left out: below this share of the median score. */
const leastOfMedian = 0.6;

/**
 * Finds the discs in one image's heat maps, without knowing how many there are. The highest peaks of every map
 * are candidates; the chain of them that fits both the maps and a spine's anatomy best wins.
 *
 * @param maps `[maps, height, width]`, raw scores, about 0..1; not-a-number counts as nothing
 * @returns superior to inferior; empty where the maps show no disc
 * @throws UserError when the maps are not those the options describe
 */
export function decodeChain(maps: Float32Tensor, options: DecodeOptions): DecodedDisc[] {
  const [count, height, width] = maps.shape;
  if (maps.shape.length !== 3 || options.values.length !== count)
    throw new UserError(
      'cannot decode heat maps',
      `they are [${maps.shape}] where ${options.values.length} maps [height, width] were expected`,
    );
  if (options.values.every((value) => value === null)) return [];
  const frame = options.frame ?? 'picture';
  const views = Array.from({ length: count }, (_, index) => toPicture(maps, index, frame));
  const mm =
    typeof options.mmPerCell === 'number'
      ? ([options.mmPerCell, options.mmPerCell] as const)
      : options.mmPerCell;
  const scene = describeScene(views, options, frame === 'picture' ? mm : [mm[1], mm[0]]);
  const prior = options.prior ?? adultSpine;
  const chain = bestChain(scene.candidates, [...scene.levels.keys()], scene.size, prior);
  const below =
    options.continueBelow === false || options.anyDisc === null ? [] : continueChain(chain, scene, prior);
  const discs = [...chain, ...below].map((link) => {
    const { row, column } = settled(link, scene);
    return {
      value: link.value,
      ...(frame === 'picture' ? { row, column } : { row: height - 1 - column, column: width - 1 - row }),
      score: Math.min(1, link.evidence),
    };
  });
  return withoutDoubtful(discs, (disc) =>
    options.visible === undefined ? Infinity : depthInside(disc, options.visible, mm),
  );
}

/**
 * Where a disc lies, now that its name is known: the nearest peak of its evidence. Its candidate lies in the middle of
 * the peaks of all maps, some of which may mean a neighbour.
 */
function settled({ value, candidate }: ChainLink, { levels, any, size }: Scene): Point {
  const own = levels.get(value);
  if (own === undefined) return candidate;
  const [top, bottom] = stretch(candidate.row, size[0], own.height);
  const [left, right] = stretch(candidate.column, size[1], own.width);
  const around: HeatMap = {
    height: bottom - top,
    width: right - left,
    data: new Float32Array((bottom - top) * (right - left)),
  };
  for (let row = top, i = 0; row < bottom; row++)
    for (let column = left; column < right; column++, i++) {
      const cell = row * own.width + column;
      around.data[i] = levelShare * own.data[cell] + (1 - levelShare) * any.data[cell];
    }
  const peaks = findPeaks(around, size, mostPeaks, leastPeak)
    .map(({ row, column }) => ({ row: top + row, column: left + column }))
    .map((peak) => ({ peak, away: distanceMm(peak, candidate, size) }))
    .filter(({ away }) => away < samePlaceMm)
    .sort((a, b) => a.away - b.away);
  return peaks[0]?.peak ?? candidate;
}

/** The cells around one, from the first to the one after the last. */
function stretch(cell: number, mm: number, count: number): [from: number, to: number] {
  const reach = Math.ceil(aroundMm / mm);
  return [Math.max(0, Math.floor(cell) - reach), Math.min(count, Math.ceil(cell) + reach + 1)];
}

/** Leaves out what is hardly seen: at the very edge of the picture, or an end of the chain far less sure than the rest. */
function withoutDoubtful(discs: readonly DecodedDisc[], depth: (disc: DecodedDisc) => number): DecodedDisc[] {
  const scores = discs.map(({ score }) => score).sort((a, b) => a - b);
  const least = leastOfMedian * (scores[scores.length >> 1] ?? 0);
  const clear = (disc: DecodedDisc): boolean => disc.score >= least;
  // Inside the chain a disc is vouched for by its neighbours.
  return discs
    .slice(discs.findIndex(clear), discs.findLastIndex(clear) + 1)
    .filter((disc) => depth(disc) >= (disc.score >= sureAtEdge ? 0 : edgeMm));
}

/** mm from a point to the nearest side of the box. */
function depthInside({ row, column }: DecodedDisc, box: VisibleBox, [perRow, perColumn]: CellSize): number {
  return Math.min(
    (row - box.top) * perRow,
    (box.bottom - row) * perRow,
    (column - box.left) * perColumn,
    (box.right - column) * perColumn,
  );
}

/** Everything the chain is chosen from, in the picture's frame. */
interface Scene {
  readonly size: CellSize;
  /** The map of each level, by disc value, ascending. */
  readonly levels: ReadonlyMap<number, HeatMap>;
  readonly any: HeatMap;
  readonly candidates: readonly Candidate[];
}

function describeScene(views: readonly HeatMap[], options: DecodeOptions, size: CellSize): Scene {
  const levels = new Map(
    options.values
      .flatMap((value, index): [number, HeatMap][] => (value === null ? [] : [[value, views[index]]]))
      .sort(([a], [b]) => a - b),
  );
  const any = options.anyDisc === null ? maximumOf([...levels.values()]) : views[options.anyDisc];
  const peaks = [
    ...[...levels].flatMap(([value, map]) =>
      findPeaks(map, size, peaksPerLevel, leastPeak).map((peak) => ({ ...peak, level: value })),
    ),
    ...findPeaks(any, size, 2 * views.length, leastPeak).map((peak) => ({ ...peak, level: null })),
  ];
  const candidates = samePlaces(peaks, size).map((place) => candidateAt(place, levels, any));
  return { size, levels, any, candidates };
}

interface LevelPeak extends Peak {
  /** Disc value of the map it was found in; null: the any-disc map. */
  readonly level: number | null;
}

/** Groups peaks around the highest ones. */
function samePlaces(peaks: readonly LevelPeak[], size: CellSize): LevelPeak[][] {
  const places: LevelPeak[][] = [];
  for (const peak of peaks.toSorted((a, b) => b.value - a.value)) {
    const place = places.find(([leader]) => distanceMm(leader, peak, size) < samePlaceMm);
    if (place) place.push(peak);
    else places.push([peak]);
  }
  return places;
}

/** A place's centre (peaks weighted by height) and what every level's map says of it. */
function candidateAt(place: readonly LevelPeak[], levels: Scene['levels'], any: HeatMap): Candidate {
  const weight = place.reduce((sum, { value }) => sum + value, 0);
  const centre = {
    row: place.reduce((sum, { row, value }) => sum + row * value, 0) / weight,
    column: place.reduce((sum, { column, value }) => sum + column * value, 0) / weight,
  };
  const height = (map: HeatMap, level: number | null): number =>
    Math.min(
      1,
      Math.max(
        sample(map, centre),
        ...place.filter((peak) => peak.level === level).map(({ value }) => value),
      ),
    );
  const anyHeight = height(any, null);
  const evidence = new Map<number, number>();
  for (const [value, map] of levels)
    evidence.set(
      value,
      levelShare * Math.max(0, height(map, value)) + (1 - levelShare) * Math.max(0, anyHeight),
    );
  return { ...centre, evidence };
}

/** The first discs a chain has to consist of, on average at this evidence, before it is continued on. */
const anchorEvidence = 0.5;
const anchorLength = 4;
/** Height of the any-disc map, and the cost of a step, that still pass for the next disc. */
const leastAnyHeight = 0.5;
const dearestStep = 0.5;

/**
 * Follows the any-disc map below the last level that has a map of its own, disc by disc, while it is clear and
 * the spacing fits. Only where the chain above is long, well supported and reaches that last level.
 */
function continueChain(chain: readonly ChainLink[], { size, any }: Scene, prior: SpinePrior): ChainLink[] {
  const mean = chain.reduce((sum, { evidence }) => sum + evidence, 0) / chain.length;
  let last = chain.at(-1);
  if (!last || chain.length < anchorLength || mean < anchorEvidence) return [];
  let direction: number = stepBetween(chain.at(-2)!.candidate, last.candidate, size)!.angle;
  const scale = sizeOf(chain, size, prior);
  const peaks = findPeaks(any, size, mostPeaks, leastAnyHeight);
  const added: ChainLink[] = [];
  for (;;) {
    // A spine bends gradually, so the last step tells the direction of the next better than the average spine does.
    const expected: Step = { ...expectedStep(prior, last.value, last.value + 1, scale), angle: direction };
    const next: Peak | undefined = peaks
      .map((peak) => ({ peak, step: stepBetween(last!.candidate, peak, size) }))
      .map(({ peak, step }) => ({ peak, cost: step ? stepCost(step, expected) : Infinity }))
      .filter(({ cost }) => cost < dearestStep)
      .sort((a, b) => a.cost - a.peak.value - (b.cost - b.peak.value))[0]?.peak;
    if (!next) return added;
    direction = stepBetween(last.candidate, next, size)!.angle;
    last = {
      value: last.value + 1,
      candidate: { ...next, evidence: new Map() },
      evidence: Math.min(1, next.value),
    };
    added.push(last);
  }
}

/** How large this spine is relative to the prior: median ratio of its gaps. */
function sizeOf(chain: readonly ChainLink[], size: CellSize, prior: SpinePrior): number {
  const logs = chain.slice(1).map((link, i) => {
    const expected = expectedStep(prior, chain[i].value, link.value, 1);
    return stepBetween(chain[i].candidate, link.candidate, size)!.logLength - expected.logLength;
  });
  return Math.exp(logs.sort((a, b) => a - b)[logs.length >> 1]);
}

/** One map as a picture: superior on top, anterior on the left. */
function toPicture({ data, shape: [, height, width] }: Float32Tensor, index: number, frame: string): HeatMap {
  const map = data.subarray(index * height * width, (index + 1) * height * width);
  if (frame === 'picture') return { data: map, height, width };
  const turned = new Float32Array(map.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      turned[(width - 1 - column) * height + (height - 1 - row)] = map[row * width + column];
  return { data: turned, height: width, width: height };
}

function maximumOf(maps: readonly HeatMap[]): HeatMap {
  const [{ height, width }] = maps;
  const data = Float32Array.from({ length: height * width }, (_, cell) =>
    maps.reduce((most, map) => (map.data[cell] > most ? map.data[cell] : most), -Infinity),
  );
  return { data, height, width };
}
