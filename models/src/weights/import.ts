import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { NetworkConfig } from '../config.js';
import { UserError } from '../errors.js';
import type { Model, ModelDescription } from '../model.js';
import { reasonOf } from '../system-errors.js';
import { writeModel } from './folder.js';
import { checkWeights, inferNetworkConfig } from './infer.js';
import { readPytorchCheckpoint } from './pytorch.js';

/** Disc label value of the reference's first heat map: C2/C3, the topmost disc it was trained on. */
const firstValue = 3;

/**
 * Turns a PyTorch checkpoint of the reference into a model folder. Widths, stacks, blocks and attention are
 * read off the tensors; the input is prepared as the reference does (min-max, stretched, its own frame).
 *
 * @param checkpoint the `.pt` / `.pth` / `.pth.tar` file
 * @param folder     the model folder to write
 * @param name       the model's name; default: the folder's
 * @throws UserError when the checkpoint can't be read or is of another network
 */
export async function importPytorch(
  checkpoint: string,
  folder: string,
  name = basename(resolve(folder)),
): Promise<Model> {
  if (!/^[\w.-]+$/.test(name))
    throw new UserError(
      'cannot import checkpoint',
      `the name "${name}" may hold only letters, digits, - _ and .`,
    );
  const bytes = await readFile(checkpoint).catch((cause: unknown) => {
    throw new UserError('cannot read PyTorch checkpoint', reasonOf(cause, 'reading'), checkpoint, { cause });
  });
  const { weights, format } = readPytorchCheckpoint(bytes, checkpoint);
  const network = inferNetworkConfig(weights, checkpoint);
  checkWeights(weights, network, checkpoint);
  const model: Model = {
    weights,
    description: describeImport(name, network, {
      source: 'PyTorch checkpoint',
      file: basename(checkpoint),
      format,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }),
  };
  await writeModel(folder, model, { card: modelCard(model.description) });
  return model;
}

function describeImport(
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

function modelCard({ title, network, provenance }: ModelDescription): string {
  return `# ${title}

Imported from the PyTorch checkpoint \`${provenance['file']}\` (SHA-256 \`${provenance['sha256']}\`).

| | |
| --- | --- |
| architecture | stacked hourglass network, multi-level attention: ${network.attention ? 'yes' : 'no'} |
| stacks, blocks, features, heat maps | ${network.stacks}, ${network.blocks}, ${network.features}, ${network.joints} |
| input | mid-sagittal slice, stretched to 256 x 256, minimum to maximum scaled to 0..1 |

The licence of the weights is that of whoever trained them.
`;
}
