/** A labelled disc: its name, and its point (posterior tip of the disc) in the file's voxels and in the world. */
export interface Disc {
  /** Spinal Cord Toolbox / BIDS value: 3 = C2/C3, 4 = C3/C4, …, 8 = C7/T1, 20 = T12/L1, 25 = L5/S1. */
  readonly value: number;
  readonly name: string;
  /** Sub-voxel (i, j, k) in the input file's own axis order; whole numbers are voxel centres. */
  readonly voxel: readonly [number, number, number];
  /** mm, RAS+. */
  readonly world: readonly [number, number, number];
  /** 0..1. */
  readonly score: number;
  /** A reader placed it. */
  readonly byHand?: true;
}

/** The sagittal plane that was labelled. */
export interface SliceInfo {
  /** The file's axis that runs left-right (0, 1 or 2). */
  readonly axis: 0 | 1 | 2;
  /** Centre of the slab along that axis, in the file's voxels (may be fractional). */
  readonly index: number;
  /** Slices averaged. */
  readonly thickness: number;
}

/** Seconds spent per stage of one labelling. */
export interface LabelSeconds {
  readonly read: number;
  readonly prepare: number;
  readonly network: number;
  readonly decode: number;
  readonly total: number;
}

/** The answer to "label this volume", the same in the editor and (`--json`) on the command line. */
export interface LabelResult {
  readonly input: string;
  readonly model: string;
  readonly engine: string;
  readonly contrast: 'T1w' | 'T2w' | 'any';
  readonly slice: SliceInfo;
  readonly discs: readonly Disc[];
  /** Levels by which a reader moved all names (positive: downwards; 0 confirmed them); absent: the model's names. */
  readonly levelShift?: number;
  readonly seconds: LabelSeconds;
  /** Sentences for the user: first volume of a series used, no affine, … */
  readonly notices: readonly string[];
}
