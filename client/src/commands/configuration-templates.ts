/** What a new configuration begins with: only what differs from the defaults, which are the reference's. */

/** Contrasts to train for, as the workflow offers them. */
export type ChosenContrast = 'T1w' | 'T2w' | 'both';

const head = { formatVersion: 1 } as const;

const modelContrast = (contrast: ChosenContrast) => (contrast === 'both' ? 'any' : contrast);

/** How the light network is trained. */
const lightTraining = {
  trainBatch: 8,
  valBatch: 8,
  optimizer: 'adam',
  lr: 1e-3,
  schedule: { kind: 'cosine' },
  clip: 5,
  loss: { kind: 'weighted' },
} as const;

/** The light network on phantoms drawn as it learns: some minutes on a CPU, no data needed. */
export const syntheticConfiguration = () => ({
  ...head,
  name: 'my-first-model',
  network: 'light',
  data: { source: 'phantom' },
  training: { epochs: 8, stepsPerEpoch: 50, ...lightTraining, warmup: 50, ema: 0.98, validationSize: 32 },
});

/** The light network on the samples of a dataset. */
export const ownConfiguration = (source: string, contrast: ChosenContrast) => ({
  ...head,
  name: 'my-model',
  contrast: modelContrast(contrast),
  network: 'light',
  dataset: { source },
  training: { ...lightTraining, warmup: 200, ema: 0.995 },
});

/** The published network and its preparation, with the published settings. */
export const referenceConfiguration = (source: string, contrast: ChosenContrast, attention: boolean) => ({
  ...head,
  name: attention ? 'reference' : 'reference-without-attention',
  contrast: modelContrast(contrast),
  network: attention
    ? 'reference'
    : {
        variant: 'reference',
        inputChannels: 3,
        stacks: 2,
        blocks: 1,
        features: 128,
        joints: 11,
        attention: false,
      },
  dataset: { source, preparation: 'reference' },
  training: { monitor: 'pck' },
});
