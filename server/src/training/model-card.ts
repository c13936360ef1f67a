import type { Model, ModelDescription } from '@disc-labeling/models/model';
import { discName } from '../volume/levels.js';
import { basename } from 'node:path';
import { meaningIn } from './config.js';
import type { PreparedContents, TrainingConfig } from './config.js';
import type { EpochMetrics } from './events.js';

/** Facts about how weights came to be, for the model card. */
export type Provenance = ModelDescription['provenance'];

/**
 * mm per pixel at which a network trained on phantoms sees best: they are drawn at 0.8 to 1.5 mm,
 * and real necks were labelled best at about 1.
 */
const phantomSpacing = 1;

/** The `model.json` of a network trained as configured. */
export function modelDescription(
  config: TrainingConfig,
  metrics: EpochMetrics | null,
  provenance: Provenance,
): ModelDescription {
  const { training, data, network } = config;
  const contents = data.source === 'prepared' ? data.contents : undefined;
  return {
    formatVersion: 1,
    name: config.name,
    title: config.title ?? `${config.name} (trained on ${contents?.name ?? 'phantoms'})`,
    contrast: config.contrast,
    network,
    input: inputOf(contents),
    channels: meaningIn(config),
    skeleton: null,
    provenance: {
      data: data.source,
      ...(contents && {
        dataset: contents.name,
        datasetDigest: contents.digest,
        preparation: contents.preparation,
        contrasts: contents.contrast,
        trainingSamples: contents.trainingSamples,
        validationSamples: contents.validationSamples,
      }),
      dataSeed: data.seed,
      seed: training.seed,
      trainBatch: training.trainBatch,
      optimizer: training.optimizer,
      learningRate: training.lr,
      ...(config.initial === null ? {} : { startedFrom: basename(config.initial) }),
      ...provenance,
    },
    metrics: metrics === null ? {} : qualityOf(metrics),
  };
}

/** What labelling has to show the network: what it was trained on. */
function inputOf(contents: PreparedContents | undefined): ModelDescription['input'] {
  if (!contents) return { frame: 'picture', spacing: phantomSpacing, normalization: 'percentile' };
  const { frame, spacing, normalization } = contents;
  // The reference's network sees its z-scored slices stretched to 0..1.
  return { frame, spacing, normalization: normalization === 'zscore' ? 'minmax' : normalization };
}

/** Figures that say nothing about the model, or repeat another. */
const notQuality = ['waiting', 'memory', 'trainingLossPerStack'];

function qualityOf(metrics: EpochMetrics): ModelDescription['metrics'] {
  const quality = Object.entries(metrics).filter(([name]) => !notQuality.includes(name));
  return Object.fromEntries(quality) as ModelDescription['metrics'];
}

const heldOutOf = ({ provenance }: ModelDescription): string =>
  'dataset' in provenance
    ? `the ${provenance['validationSamples']} validation samples of ${provenance['dataset']}`
    : 'held-out phantoms, not on patients';

const facts = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).map(([name, value]) => `| ${name} | ${value} |`);

/** The model card, Markdown: what the network is for, how it was made and how good it was found. */
export function modelCard({ description: d }: Model): string {
  const maps = d.channels.values.map((value) => (value === null ? 'any disc' : discName(value)));
  return [
    `# ${d.title}`,
    '',
    `Heat maps for the intervertebral discs of a mid-sagittal MRI slice (contrast: ${d.contrast}), one each for ${maps.join(', ')}. A \`${d.network.variant}\` stacked hourglass network${d.network.attention ? ' with attention' : ''}, ${d.network.stacks} stacks. Not a medical device.`,
    '',
    '## How it was made',
    '',
    '| | |',
    '| --- | --- |',
    ...facts(d.provenance),
    '',
    '## What validation found',
    '',
    ...whatValidationFound(d),
    '',
  ].join('\n');
}

function whatValidationFound(d: ModelDescription): string[] {
  if (Object.keys(d.metrics).length === 0) return ['Nothing yet: `evaluate` and `test` tell how good it is.'];
  return [
    `On ${heldOutOf(d)}: \`identified\` is the share of visible discs found within 5 mm under their name, \`accuracy\` the share of visible levels whose raw map peaks within 5 mm of the disc, \`falseRate\` the share of absent levels whose raw map claims one, \`medianDistance\` (mm) is of raw peaks, \`pck\` and \`dice\` are the reference's measures of raw maps.`,
    '',
    '| | |',
    '| --- | --- |',
    ...facts(d.metrics),
  ];
}
