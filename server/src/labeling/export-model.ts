import { extname } from 'node:path';
import { heatmapStride, inputMultiple } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import type { Model, ModelDescription } from '@disc-labeling/models/model';
import { encodeModelOnnx, encodeModelSafetensors, type Facts } from '@disc-labeling/models/weights/export';
import { version } from '../version.js';
import { discName } from '../volume/levels.js';
import { writeWhole } from '../volume/write-whole.js';

/** Larger pictures of a spine than any scanner makes; the graph's constants grow with the size. */
const largestSide = 4096;
/** What the reference network was trained on, and takes every slice stretched to. */
const referenceSize = [256, 256] as const;

/** Input height and width of an exported graph; `any`: left open. */
export type ExportSize = readonly [height: number, width: number] | 'any';

export interface ExportedModel {
  readonly file: string;
  readonly format: 'onnx' | 'safetensors';
  /** ONNX only. */
  readonly size?: ExportSize;
  readonly bytes: number;
}

/**
 * Writes a model as an ONNX graph or as a safetensors file, whichever the file's name says, with everything in its
 * metadata that another program needs to use it.
 *
 * @param size ONNX: input height and width; default: 256 x 256 for a network that wants every slice stretched to
 *             that, `any` for one that was trained at a pixel size and sees pictures of many sizes
 * @throws UserError the name ends in something else, the size does not fit, or the file can't be written
 */
export async function exportModel(model: Model, file: string, size?: ExportSize): Promise<ExportedModel> {
  const format = extname(file).toLowerCase().slice(1);
  if (format === 'safetensors') {
    if (size !== undefined)
      throw new UserError(
        'cannot export model',
        'a safetensors file has no input size; leave --size out',
        file,
      );
    const bytes = encodeModelSafetensors(model, factsOf(model.description));
    await writeWhole(file, bytes);
    return { file, format, bytes: bytes.length };
  }
  if (format !== 'onnx')
    throw new UserError('cannot export model', 'give a file name that ends in .onnx or .safetensors', file);
  const chosen = size ?? (model.description.input.spacing === null ? referenceSize : 'any');
  requireFitting(chosen, file);
  const bytes = encodeModelOnnx(model, {
    size: chosen,
    facts: factsOf(model.description),
    producerVersion: version,
    documentation: documentation(model.description, chosen),
  });
  await writeWhole(file, bytes);
  return { file, format, size: chosen, bytes: bytes.length };
}

function requireFitting(size: ExportSize, file: string): void {
  if (size === 'any') return;
  const fits = (side: number) => side >= inputMultiple && side <= largestSide && side % inputMultiple === 0;
  if (size.every(fits)) return;
  throw new UserError(
    'cannot export model',
    `an input of ${size.join(' x ')} does not fit; give height and width as multiples of ${inputMultiple} up to ${largestSide}`,
    file,
  );
}

const frames: Record<ModelDescription['input']['frame'], string> = {
  picture: 'rows run from superior to inferior, columns from anterior to posterior',
  reference: 'rows run from posterior to anterior, columns from inferior to superior',
};

const normalizations: Record<ModelDescription['input']['normalization'], string> = {
  minmax: 'the minimum of the slice to 0, its maximum to 1',
  percentile: 'the 0.5th percentile of the slice to 0, the 99.5th to 1, clipped',
};

const spacingInWords = (spacing: number | null): string =>
  spacing === null
    ? 'the whole slice stretched to 256 x 256'
    : `resampled to ${spacing} mm per pixel, zeros below and on the right`;

/** What another program must know to prepare the input and read the output; texts, lists as JSON. */
function factsOf({ name, title, contrast, network, input, channels }: ModelDescription): Facts {
  return {
    name,
    title,
    contrast,
    version,
    network: JSON.stringify(network),
    'input.frame': frames[input.frame],
    'input.channels': String(network.inputChannels),
    'input.normalization': normalizations[input.normalization],
    'input.spacing': spacingInWords(input.spacing),
    'input.spacing_mm': input.spacing === null ? '' : String(input.spacing),
    'input.multiple': String(inputMultiple),
    'heatmaps.stride': String(heatmapStride(network)),
    'heatmaps.channels': JSON.stringify(
      channels.values.map((value, index) => ({
        index,
        value,
        name: mapName(value, index, channels.anyDisc),
      })),
    ),
  };
}

function mapName(value: number | null, index: number, anyDisc: number | null): string {
  if (value !== null) return discName(value);
  return index === anyDisc ? 'any disc' : '';
}

function documentation({ title, network, input }: ModelDescription, size: ExportSize): string {
  const sides = size === 'any' ? `h and w are multiples of ${inputMultiple}` : size.join(' x ');
  const stride = heatmapStride(network);
  const maps = stride === 1 ? 'h, w' : `h / ${stride}, w / ${stride}`;
  const names = Array.from({ length: network.stacks }, (_, stack) => `heatmaps_${stack + 1}`).join(', ');
  const lines = [
    `${title}. Heat maps for intervertebral discs in mid-sagittal MRI slices. Not a medical device.`,
    `image: float32 [n, ${network.inputChannels}, h, w], ${sides}; ${spacingInWords(input.spacing)}; ${normalizations[input.normalization]}; ${frames[input.frame]}.`,
    `${names}: raw scores of each stack, the last is the answer, [n, ${network.joints}, ${maps}].`,
    ...(network.attention ? ['attention: where the network looked, 0 to 1, [n, 1, h / 4, w / 4].'] : []),
  ];
  return lines.join('\n');
}
