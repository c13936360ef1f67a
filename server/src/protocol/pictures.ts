import type { WithProgress } from './core.js';

export interface AttentionParams extends WithProgress {
  /** Path of a volume, or of a prepared set (its folder or samples.json). */
  readonly input: string;
  /** Of a prepared set: the name of the sample; the first when absent. */
  readonly sample?: string;
  /** The default model when absent. */
  readonly model?: string;
  /** The PNG file to write. */
  readonly output: string;
}

export interface AttentionResponse {
  readonly picture: string;
  readonly model: string;
}

export interface AnimateParams extends WithProgress {
  /** Folder of a run. */
  readonly run: string;
  /** The GIF file to write. */
  readonly output: string;
}

export interface AnimateResponse {
  readonly animation: string;
  /** Epochs in it. */
  readonly frames: number;
}

export interface PictureRequests {
  /** Sent by *Show Attention*: writes input, discs and attention side by side. Cancellable. */
  'discLabeling/attention': { params: AttentionParams; result: AttentionResponse };
  /** Sent by *Animate Predictions*: writes the validation pictures of a run as an animation. Cancellable. */
  'discLabeling/animate': { params: AnimateParams; result: AnimateResponse };
}

export const pictureRequests = {
  attention: 'discLabeling/attention',
  animate: 'discLabeling/animate',
} as const satisfies Record<string, keyof PictureRequests>;
