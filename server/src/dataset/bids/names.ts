/** File names of BIDS (`sub-X[_ses-Y][_key-value…]_suffix.nii.gz`) and of disc labels beside them. */

/** An image by its name, without folder and extension. */
export interface ImageName {
  /** `sub-01_ses-2_acq-sag_T2w` */
  readonly stem: string;
  /** `sub-01` */
  readonly subject: string;
  /** `ses-2`, or null. */
  readonly session: string | null;
  /** BIDS suffix: `T1w`, `T2w`, `T2star`, … */
  readonly contrast: string;
  /** Keys and values between session and suffix: `['acq-sag']`. */
  readonly entities: readonly string[];
}

const extension = /\.nii(\.gz)?$/i;
const entity = /^[a-zA-Z0-9]+-[a-zA-Z0-9+]+$/;

/** Reads the name of an image; null for any other file. */
export function parseImageName(file: string): ImageName | null {
  return extension.test(file) ? parseStem(file.replace(extension, '')) : null;
}

function parseStem(stem: string): ImageName | null {
  const parts = stem.split('_');
  const contrast = parts.pop() ?? '';
  const [subject, ...entities] = parts;
  if (subject === undefined || !/^sub-[a-zA-Z0-9+]+$/.test(subject)) return null;
  if (!/^[a-zA-Z0-9]+$/.test(contrast) || !entities.every((part) => entity.test(part))) return null;
  const session = entities.find((part) => part.startsWith('ses-')) ?? null;
  return { stem, subject, session, contrast, entities: entities.filter((part) => part !== session) };
}

/**
 * How disc label files are named, the preferred first: spine-generic's since June 2024, the same brought over
 * from another contrast, and spine-generic's before.
 */
const labelEndings = [
  /_label-discs_dlabel$/,
  /_label-discs_desc-[a-zA-Z0-9]+_dlabel$/,
  /_labels-disc-manual$/,
];

/** A disc label file by its name. */
export interface LabelName {
  /** The labelled image. */
  readonly image: ImageName;
  /** 0 is the most preferred among the names a label file of one image may have. */
  readonly rank: number;
}

/** Reads the name of a disc label file; null for any other file. */
export function parseLabelName(file: string): LabelName | null {
  if (!extension.test(file)) return null;
  const stem = file.replace(extension, '');
  const rank = labelEndings.findIndex((ending) => ending.test(stem));
  const image = rank < 0 ? null : parseStem(stem.replace(labelEndings[rank], ''));
  return image && { image, rank };
}

/** Whether an image is of a contrast asked for: its suffix (`T2w`), or entities and suffix (`acq-sag_T2w`). */
export function hasContrast({ contrast, entities }: ImageName, wanted: string): boolean {
  return wanted === contrast || wanted === [...entities, contrast].join('_');
}
