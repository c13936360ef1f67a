import { Labeler, type LabelerOptions } from '../labeling/labeler.js';
import type { AnimateResponse, AttentionResponse } from '../protocol/pictures.js';
import { animateRun } from './animation.js';
import type { Work } from '../work.js';
import { writeAttention } from './attention.js';

/** Pictures for the editor; models stay loaded between calls. */
export class PicturesService {
  readonly #options: LabelerOptions;
  readonly #labeler: Labeler;

  constructor(options: LabelerOptions = {}) {
    this.#options = options;
    this.#labeler = new Labeler(options);
  }

  /** @throws UserError, CancelledError; see {@link writeAttention} */
  async attention(
    {
      input,
      output,
      ...what
    }: { readonly input: string; readonly output: string; readonly sample?: string; readonly model?: string },
    { signal, progress }: Work,
  ): Promise<AttentionResponse> {
    const options = { ...what, signal, progress };
    const { picture, model } = await writeAttention(
      this.#labeler,
      input,
      output,
      options,
      this.#options.places,
    );
    return { picture, model };
  }

  /** @throws UserError, CancelledError; see {@link animateRun} */
  async animate(
    { run, output }: { readonly run: string; readonly output: string },
    { signal, progress }: Work,
  ): Promise<AnimateResponse> {
    const { animation, frames } = await animateRun(run, output, {
      signal,
      progress: (done, total) => progress({ message: `epoch ${done} of ${total}`, fraction: done / total }),
    });
    return { animation, frames };
  }

  dispose(): Promise<void> {
    return this.#labeler.dispose();
  }
}
