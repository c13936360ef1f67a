import { inputMultiple, type NetworkConfig } from '../config.js';
import { UserError } from '../errors.js';
import type { ImageBatch } from './types.js';

/** @throws UserError when the network cannot take such images */
export function checkImages(config: NetworkConfig, { data, shape }: ImageBatch): void {
  const refuse = (why: string) => {
    throw new UserError('cannot run the network', why);
  };
  const [n, channels, height, width] = shape;
  if (shape.length !== 4 || n < 1)
    refuse(`images of shape ${shape.join('x')}; give [n, channels, height, width]`);
  if (channels !== config.inputChannels)
    refuse(`the images have ${channels} channels; this network takes ${config.inputChannels}`);
  if (height < 1 || width < 1 || height % inputMultiple !== 0 || width % inputMultiple !== 0)
    refuse(`the images are ${height} x ${width}; both sides must be multiples of ${inputMultiple}`);
  if (data.length !== n * channels * height * width)
    refuse(`${data.length} values do not fill the shape ${shape.join('x')}`);
}
