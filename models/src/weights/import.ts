import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { NetworkConfig } from '../config.js';
import { UserError } from '../errors.js';
import { modelDescriptionSchema, type Model, type ModelDescription, type Weights } from '../model.js';
import { reasonOf } from '../system-errors.js';
import { descriptionKey } from './export.js';
import { writeModel } from './folder.js';
import { checkWeights, inferNetworkConfig } from './infer.js';
import { readPytorchCheckpoint } from './pytorch.js';
import { floatsOf, readSafetensors, startsAsSafetensors } from './safetensors.js';
import { weightsOf } from './state-dict.js';

/** Disc label value of the reference's first heat map: C2/C3, the topmost disc it was trained on. */
const firstValue = 3;

/**
 * Turns a PyTorch checkpoint or a safetensors file into a model folder; which of them it is its bytes tell.
 * A file that carries a model's description (what {@link encodeModelSafetensors} writes) gives back that model.
 * Any other is taken for weights of the reference: widths, stacks, blocks and attention are read off the
 * tensors; the input is prepared as the reference does (min-max, stretched, its own frame).
 *
 * @param file   `.pt`, `.pth`, `.pth.tar`, `.safetensors`
 * @param folder the model folder to write
 * @param name   the model's name; default: the folder's
 * @throws UserError when the file can't be read or is of another network
 */
export async function importWeights(
  file: string,
  folder: string,
  name = basename(resolve(folder)),
): Promise<Model> {
  if (!/^[\w.-]+$/.test(name))
    throw new UserError(
      'cannot import weights',
      `the name "${name}" may hold only letters, digits, - _ and .`,
    );
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new UserError('cannot import weights', reasonOf(cause, 'reading'), file, { cause });
  });
  const { weights, format, description } = readWeights(bytes, file);
  const network = description?.network ?? inferReference(weights, file);
  checkWeights(weights, network, file);
  const origin = { file: basename(file), format, sha256: createHash('sha256').update(bytes).digest('hex') };
  const model: Model = {
    weights,
    description: description
      ? { ...description, name, provenance: { ...description.provenance, ...origin } }
      : describeReference(name, network, { source: 'imported weights', ...origin }),
  };
  await writeModel(folder, model, { card: modelCard(model.description) });
  return model;
}

/** The reference's configuration. The light network's tensors do not say how its input is to be prepared. */
function inferReference(weights: Weights, file: string): NetworkConfig {
  if (!weights.has('conv2.weight')) return inferNetworkConfig(weights, file);
  throw new UserError(
    'cannot import weights',
    `they are a light network's, without the ${descriptionKey} that says how its input is prepared; write the file with weights export`,
    file,
  );
}

/** What a file of weights holds. */
export interface ReadWeights {
  readonly weights: Weights;
  readonly format: 'zip' | 'legacy' | 'safetensors';
  /** What the file itself says of the model, if it does. */
  readonly description?: ModelDescription;
}

/**
 * Reads a PyTorch checkpoint or a safetensors file.
 *
 * @param file its name, for error messages
 * @throws UserError when it is neither, or damaged
 */
export function readWeights(bytes: Uint8Array, file: string): ReadWeights {
  if (!startsAsSafetensors(bytes)) return readPytorchCheckpoint(bytes, file);
  const { arrays, metadata } = readSafetensors(bytes, file);
  return {
    weights: weightsOf(arrays, (array, name) => floatsOf(array, name, file)),
    format: 'safetensors',
    description: metadata[descriptionKey] === undefined ? undefined : parse(metadata[descriptionKey], file),
  };
}

function parse(text: string, file: string): ModelDescription {
  try {
    return modelDescriptionSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      'cannot import weights',
      `its ${descriptionKey} is damaged or of another version; export the model again`,
      file,
      { cause },
    );
  }
}

function describeReference(
  name: string,
  network: NetworkConfig,
  provenance: ModelDescription['provenance'],
): ModelDescription {
  const gate = network.attention ? 'with attention' : 'without attention';
  return {
    formatVersion: 1,
    name,
    title: `Imported reference network (${network.stacks} stacks, ${gate})`,
    contrast: contrastOf(String(provenance['file'])),
    network,
    input: { frame: 'reference', spacing: null, normalization: 'minmax' },
    channels: {
      values: Array.from({ length: network.joints }, (_, joint) => firstValue + joint),
      anyDisc: null,
    },
    skeleton: null,
    provenance,
    metrics: {},
  };
}

/** The reference names its files `model_<t1|t2>[_att]_<stacks>`. */
function contrastOf(file: string): ModelDescription['contrast'] {
  const found = /(?:^|_)(t[12])(?:_|\.|$)/i.exec(file)?.[1].toLowerCase();
  return found === 't1' ? 'T1w' : found === 't2' ? 'T2w' : 'any';
}

function modelCard({ title, network, provenance, input }: ModelDescription): string {
  const size = input.spacing === null ? 'stretched to 256 x 256' : `${input.spacing} mm per pixel`;
  const range = input.normalization === 'minmax' ? 'minimum to maximum' : '0.5th to 99.5th percentile';
  return `# ${title}

Imported from \`${provenance['file']}\` (${provenance['format']}, SHA-256 \`${provenance['sha256']}\`).

| | |
| --- | --- |
| architecture | stacked hourglass network (${network.variant}), multi-level attention: ${network.attention ? 'yes' : 'no'} |
| stacks, blocks, features, heat maps | ${network.stacks}, ${network.blocks}, ${network.features}, ${network.joints} |
| input | mid-sagittal slice, ${size}, ${range} scaled to 0..1 |

The licence of the weights is that of whoever trained them.
`;
}
