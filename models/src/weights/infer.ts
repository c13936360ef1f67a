import type { NetworkConfig } from '../config.js';
import { UserError } from '../errors.js';
import { networkTensors } from '../layers-listing.js';
import type { Weights } from '../model.js';

/**
 * Reads the reference network's configuration off its tensors' names and shapes: stacks from `score.S`,
 * blocks from the first hourglass module (none there: 0), joints and features from `score.0.weight`,
 * attention from `attention.0.weight`. Whether every tensor fits is checked apart ({@link checkWeights}).
 *
 * @throws UserError when the names are not those of a stacked hourglass
 */
export function inferNetworkConfig(weights: Weights, file?: string): NetworkConfig {
  const shape = (name: string): readonly number[] => {
    const tensor = weights.get(name);
    if (tensor?.shape.length === 4) return tensor.shape;
    throw new UserError(
      'cannot recognise the network',
      `the tensor ${name} is missing or no convolution`,
      file,
    );
  };
  const [joints, width] = shape('score.0.weight');
  if (width % 2 !== 0 || width === 0)
    throw new UserError('cannot recognise the network', `score.0.weight has an odd width, ${width}`, file);
  return {
    variant: 'reference',
    inputChannels: shape('conv1.weight')[1],
    stacks: countWhile((stack) => weights.has(`score.${stack}.weight`)),
    blocks: countWhile((block) => weights.has(`hg.0.hg.0.0.${block}.conv1.weight`)),
    features: width / 2,
    joints,
    attention: weights.has('attention.0.weight'),
  };
}

/**
 * Compares weights with the tensors a network needs.
 *
 * @throws UserError naming the first missing, unknown or wrongly shaped tensors
 */
export function checkWeights(weights: Weights, network: NetworkConfig, file?: string): void {
  const expected = new Map(networkTensors(network).map(({ name, shape }) => [name, shape]));
  const missing = [...expected.keys()].filter((name) => !weights.has(name));
  const unknown = [...weights.keys()].filter((name) => !expected.has(name));
  const misshapen = [...expected].filter(([name, shape]) => {
    const found = weights.get(name)?.shape;
    return found !== undefined && found.join() !== shape.join();
  });
  const problems = [
    describe('missing', missing),
    describe('unknown', unknown),
    describe(
      'of another shape',
      misshapen.map(([name, shape]) => `${name} [${weights.get(name)!.shape}] instead of [${shape}]`),
    ),
  ].filter((problem) => problem !== null);
  if (problems.length === 0) return;
  throw new UserError(
    'the weights do not fit the network',
    `${problems.join('; ')}; use the checkpoint of a network with this architecture`,
    file,
  );
}

function describe(problem: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.length} ${names.length === 1 ? 'tensor is' : 'tensors are'} ${problem}: ${names.slice(0, 3).join(', ')}${more}`;
}

function countWhile(holds: (index: number) => boolean): number {
  let count = 0;
  while (holds(count)) count++;
  return count;
}
