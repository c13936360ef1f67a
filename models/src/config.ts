import { z } from 'zod';

/**
 * Everything that determines the shape of a network; two networks with equal configurations have
 * the same tensors under the same names.
 *
 * `reference`: Azad, Rouhier, Cohen-Adad 2021 (bottleneck residuals, heat maps upsampled to the input grid).
 * `light`: about 2 M parameters (two 3x3 convolutions per residual, heat maps on the quarter grid).
 */
export const networkConfigSchema = z.strictObject({
  variant: z
    .enum(['reference', 'light'])
    .describe(
      '`reference`: the published network, heat maps on the input grid; `light`: two 3x3 convolutions per residual, heat maps on the quarter grid.',
    ),
  inputChannels: z
    .number()
    .int()
    .min(1)
    .max(16)
    .describe('Channels of the input image: 3 identical ones in the reference, 1 in the light network.'),
  stacks: z.number().int().min(1).max(16).describe('Hourglasses in sequence.'),
  blocks: z
    .number()
    .int()
    .min(0)
    .max(16)
    .describe('Residual blocks per module of an hourglass (0: identity, as the reference accepts).'),
  features: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .describe('Reference: `planes`, half the width of the hourglass. Light: the width itself.'),
  joints: z.number().int().min(1).max(64).describe('Heat maps per stack.'),
  attention: z
    .boolean()
    .describe('Multi-level attention over the features of all stacks, gating the last score.'),
});

export type NetworkConfig = z.infer<typeof networkConfigSchema>;

/** The network of the paper with its default widths (6,795,086 parameters; 6,727,062 without attention). */
export function referenceNetwork(overrides: Partial<NetworkConfig> = {}): NetworkConfig {
  return {
    variant: 'reference',
    inputChannels: 3,
    stacks: 2,
    blocks: 1,
    features: 128,
    joints: 11,
    attention: true,
    ...overrides,
  };
}

/** The light network of the shipped weights: one input channel, 11 levels and one "any disc" map. */
export function lightNetwork(overrides: Partial<NetworkConfig> = {}): NetworkConfig {
  return {
    variant: 'light',
    inputChannels: 1,
    stacks: 2,
    blocks: 1,
    features: 64,
    joints: 12,
    attention: true,
    ...overrides,
  };
}

/** Input height and width must be multiples of this: a stem of stride 4, then four poolings. */
export const inputMultiple = 64;

/** Input pixels per heat-map pixel: 1 for the reference network, 4 for the light one. */
export function heatmapStride(config: NetworkConfig): 1 | 4 {
  return config.variant === 'reference' ? 1 : 4;
}

/**
 * Position on a heat-map grid of an input position. Cell c covers the input pixels
 * stride·c … stride·c + stride - 1, so that its centre lies at stride·c + (stride - 1) / 2.
 */
export const pixelToCell = (pixel: number, stride: number): number => (pixel + 0.5) / stride - 0.5;

/** Inverse of {@link pixelToCell}. */
export const cellToPixel = (cell: number, stride: number): number => (cell + 0.5) * stride - 0.5;
