import { h, icon, setAttribute, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { EpochPicture } from '../messages/training.js';

/** ms between two pictures while they play. */
const pause = 350;

/** The validation picture of each epoch, with a slider through them; follows the newest until it is moved. */
export class Pictures {
  readonly element: HTMLElement;
  readonly #image = h('img', { class: 'validation' });
  readonly #slider: HTMLInputElement;
  readonly #play: HTMLButtonElement;
  readonly #label = h('output', { class: 'epoch' });
  #pictures: readonly EpochPicture[] = [];
  #at = -1;
  #follow = true;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor() {
    this.#slider = h('input', {
      type: 'range',
      min: 0,
      value: 0,
      'aria-label': t('Epoch of the validation picture'),
      oninput: () => this.#choose(Number(this.#slider.value)),
    });
    this.#play = h('button', { type: 'button', class: 'tool', onclick: () => this.#toggle() });
    this.element = h(
      'section',
      { class: 'pictures', 'aria-label': t('Validation pictures') },
      h('h2', {}, t('Validation')),
      h('div', { class: 'controls' }, this.#play, this.#slider, this.#label),
      this.#image,
    );
    this.#showPlaying();
  }

  update(pictures: readonly EpochPicture[]): void {
    this.#pictures = pictures;
    setAttribute(this.element, 'hidden', pictures.length === 0);
    this.#slider.max = String(Math.max(0, pictures.length - 1));
    if (pictures.length === 0) return;
    this.#show(this.#follow ? pictures.length - 1 : Math.min(this.#at, pictures.length - 1));
  }

  #choose(index: number): void {
    this.#stop();
    this.#follow = index === this.#pictures.length - 1;
    this.#show(index);
  }

  #show(index: number): void {
    const picture = this.#pictures[index];
    if (!picture) return;
    this.#at = index;
    this.#slider.value = String(index);
    const text = t('Epoch {0}', picture.epoch + 1);
    setAttribute(this.#slider, 'aria-valuetext', text);
    setText(this.#label, text);
    setAttribute(this.#image, 'src', picture.url);
    setAttribute(
      this.#image,
      'alt',
      t('Held-out samples with true and found discs after epoch {0}', picture.epoch + 1),
    );
    this.element.dataset['epoch'] = String(picture.epoch + 1);
  }

  #toggle(): void {
    if (this.#timer !== null) return this.#stop();
    if (this.#at >= this.#pictures.length - 1) this.#show(0);
    this.#timer = setInterval(() => {
      if (this.#at >= this.#pictures.length - 1) return this.#stop();
      this.#show(this.#at + 1);
    }, pause);
    this.#follow = false;
    this.#showPlaying();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#follow = this.#at === this.#pictures.length - 1;
    this.#showPlaying();
  }

  #showPlaying(): void {
    const playing = this.#timer !== null;
    const text = playing ? t('Pause') : t('Play through the epochs');
    this.#play.replaceChildren(icon(playing ? 'debug-pause' : 'play'));
    setAttribute(this.#play, 'aria-label', text);
    setAttribute(this.#play, 'title', text);
  }
}
