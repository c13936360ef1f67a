import { basename, resolve } from 'node:path';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { pixelSpacing, readSample, type PreparedSet, type Sample } from '../dataset/samples.js';
import type { Skeleton } from '../labeling/skeleton.js';
import { testPicture, type TestedDisc } from '../pictures/test-picture.js';
import type { ReportDisc, ReportPoint, ReportSubject, TestReport } from '../protocol/evaluation.js';
import { turnedPlace } from '../training/turned.js';
import { version } from '../version.js';
import { discName } from '../volume/levels.js';
import { turnToPicture } from '../volume/slice.js';
import type { Image2D } from '../volume/resample.js';
import { summarizeReferenceMetrics, type ReferenceImageMetrics } from './reference-metrics.js';
import { countDiscs, countLevels, judgeDiscs, referenceFigures } from './report.js';
import { chooseSamples } from './splits.js';
import {
  compareAsReference,
  compareBlindly,
  findDiscs,
  trueDiscs,
  unknownLevels,
  withoutPadding,
  type RunningModel,
} from './test-sample.js';

/** A disc within this distance of its true place, in mm, counts as found. */
const defaultTolerance = 5;

export interface TestOptions {
  /** Folder of the model. */
  readonly path: string;
  readonly toleranceMm?: number;
  /** Mean skeleton for the paper's figures as the original computes them. */
  readonly skeleton: Skeleton | null;
  /** Fail where these can't be had, instead of giving those of our own decoding. */
  readonly exact?: boolean;
  readonly signal?: AbortSignal;
  /** @param done samples tested so far; @param name of the one that comes next */
  readonly progress?: (done: number, total: number, name: string) => void;
  /** Takes a picture of a sample; none are drawn without it. */
  readonly savePicture?: (name: string, png: Uint8Array) => Promise<void>;
}

/** What one sample came to. */
interface SampleResult {
  readonly subject: ReportSubject;
  readonly reference: ReferenceImageMetrics;
}

/**
 * Tests a model on the samples of a prepared set: each by the path a volume takes when it is labelled, and, where
 * model and set are of the reference's kind, exactly as the original tests itself. A sample that can't be read is left
 * out and named in the report.
 * @throws UserError no sample can be read; with `exact`, the original's figures can't be had; CancelledError
 */
export async function testModel(
  model: RunningModel,
  set: PreparedSet,
  options: TestOptions,
): Promise<TestReport> {
  const started = performance.now();
  const { toleranceMm = defaultTolerance, signal, progress } = options;
  const obstacle = referenceObstacle(model, set, options.skeleton);
  if (options.exact && obstacle !== null)
    throw new UserError("cannot compute the reference's metrics", obstacle, set.folder);
  const skeleton = obstacle === null ? options.skeleton : null;
  const { samples, splits, notices } = chooseSamples(set, 'test');
  const results: SampleResult[] = [];
  const unread: string[] = [];
  for (const [n, sample] of samples.entries()) {
    throwIfCancelled(signal);
    progress?.(n, samples.length, sample.name);
    const image = await readSample(set, sample).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      unread.push(`${sample.name} was left out: ${error.message}`);
      return null;
    });
    if (image === null) continue;
    // Ends soon after a cancellation by itself: a network must not be torn down in the middle of a pass.
    results.push(await testSample(model, set, sample, image, { ...options, toleranceMm, skeleton }));
  }
  if (results.length === 0)
    throw new UserError('cannot test', `no sample could be read; ${unread[0]}`, set.folder);
  progress?.(samples.length, samples.length, '');
  const discs = results.map(({ subject }) => subject.discs);
  const { description, inference } = model;
  return {
    formatVersion: 1,
    kind: 'disc-labeling test report',
    generatedBy: `disc-labeling ${version}`,
    date: new Date().toISOString(),
    model: {
      name: description.name,
      title: description.title,
      path: options.path,
      contrast: description.contrast,
      attention: description.network.attention,
    },
    engine: inference.engine,
    set: {
      name: basename(resolve(set.folder)),
      path: resolve(set.folder),
      contrast: set.contrast,
      preparation: set.preparation,
      split: splits.join(', '),
    },
    toleranceMm,
    seconds: (performance.now() - started) / 1000,
    summary: countDiscs(discs),
    levels: countLevels(discs),
    reference: referenceFigures(summarizeReferenceMetrics(results.map(({ reference }) => reference))),
    referenceMeasure:
      skeleton === null ? { decoding: 'own', unit: 'mm' } : { decoding: 'reference', unit: 'pixel' },
    subjects: results.map(({ subject }) => subject),
    notices: [...notices, ...remarks(model, samples, obstacle), ...unread],
  };
}

async function testSample(
  model: RunningModel,
  set: PreparedSet,
  sample: Sample,
  image: Image2D,
  options: TestOptions & { readonly toleranceMm: number },
): Promise<SampleResult> {
  const { signal, savePicture, toleranceMm, skeleton } = options;
  const truth = trueDiscs(set, sample);
  const predicted = await findDiscs(set, sample, image, model, signal);
  const unjudged = unknownLevels(set, sample);
  const discs = judgeDiscs(truth, predicted, { toleranceMm, unjudged });
  const reference =
    skeleton === null
      ? compareBlindly(set.input.frame, truth, predicted)
      : await compareAsReference(sample, image, model, skeleton);
  const { falsePositives, falseNegatives, total, l2Median } = referenceFigures(
    summarizeReferenceMetrics([reference]),
  );
  const places = new Map(
    [...truth, ...predicted].map(({ voxel, position }) => [voxel.join(), position] as const),
  );
  throwIfCancelled(signal);
  const picture = savePicture ? `pictures/${sample.name.replace(/[^\w.-]+/g, '_')}.png` : null;
  if (picture !== null)
    await savePicture!(picture, await pictureOf(set, sample, image, discs, places, model));
  const beyond = predicted.filter(({ value }) => unjudged.has(value)).map(({ value }) => discName(value));
  return {
    reference,
    subject: {
      name: sample.name,
      subject: sample.subject,
      session: sample.session,
      contrast: sample.contrast,
      image: resolve(set.folder, set.dataset, sample.source.image),
      counts: countDiscs([discs]),
      reference: { falsePositives, falseNegatives, total, l2Median },
      discs,
      picture,
      notices: [
        ...sample.notices,
        ...(beyond.length > 0 ? [`Found, but without a label to judge them by: ${beyond.join(', ')}.`] : []),
      ],
    },
  };
}

function pictureOf(
  set: PreparedSet,
  sample: Sample,
  image: Image2D,
  discs: readonly ReportDisc[],
  places: ReadonlyMap<string, readonly [number, number]>,
  { description }: RunningModel,
): Promise<Uint8Array> {
  const slice = withoutPadding(set, sample, image);
  const turned = set.input.frame === 'reference';
  const [perRow, perColumn] = pixelSpacing(set, sample);
  const onPicture = ({ voxel }: ReportPoint): { row: number; column: number } => {
    const [row, column] = places.get(voxel.join())!;
    const own = { row: row / perRow, column: column / perColumn };
    return turned ? turnedPlace(own, [slice.height, slice.width]) : own;
  };
  const drawn = discs.map((disc): TestedDisc => ({
    ...disc,
    truth: disc.truth && onPicture(disc.truth),
    predicted: disc.predicted && { name: disc.predicted.name, ...onPicture(disc.predicted) },
  }));
  const { total, identified } = countDiscs([discs]);
  return testPicture(
    turned ? turnToPicture(slice) : slice,
    turned ? [perColumn, perRow] : [perRow, perColumn],
    drawn,
    {
      title: sample.name,
      footnote: `${identified} of ${total} discs identified · ${description.name} · ${basename(resolve(set.folder))}`,
    },
  );
}

/** Why the paper's figures can't be had as the original computes them; null: they can. */
function referenceObstacle(
  { description: { network, input } }: RunningModel,
  { preparation, channels }: PreparedSet,
  skeleton: Skeleton | null,
): string | null {
  if (preparation !== 'reference')
    return 'they need a set made with dataset prepare --prepare reference, and this is one of our own';
  if (network.variant !== 'reference' || input.frame !== 'reference' || input.spacing !== null)
    return "they need the reference's network, and this model is another";
  if (network.joints > channels.values.length)
    return `the network has ${network.joints} maps where the reference's sets have ${channels.values.length}`;
  if (skeleton === null)
    return 'they need a mean skeleton, and neither the model nor the set has one; give --skeleton (the skeleton command makes it of a training set)';
  return null;
}

/** What a reader has to know about the set and the figures. */
function remarks(
  { description: { channels, contrast } }: RunningModel,
  samples: readonly Sample[],
  obstacle: string | null,
): string[] {
  const first = channels.values.find((value) => value !== null);
  const higher = samples.filter(
    ({ discs }) => first !== undefined && discs.some(({ value }) => value < first),
  );
  const other = samples.filter((sample) => contrast !== 'any' && sample.contrast !== contrast);
  return [
    ...(obstacle === null
      ? []
      : [
          `The paper's figures are of the discs found our way, in mm; computed exactly as in the paper ${obstacle}.`,
        ]),
    ...(higher.length > 0
      ? [
          `${higher.length} of ${samples.length} images have labels above ${discName(first!)}, for which the model has no map: they count as missed.`,
        ]
      : []),
    ...(other.length > 0
      ? [`The model is for ${contrast}; ${other.length} of ${samples.length} images are of another contrast.`]
      : []),
  ];
}
