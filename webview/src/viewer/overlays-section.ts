import type { Checkbox } from '../toolkit.js';
import { attentionRamp, gradientOf, heatmapRamp } from './colormaps.js';
import { h, setAttribute } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { OverlayKind } from './volume-view.js';

export interface OverlaySetting {
  readonly shown: boolean;
  /** 0..1. */
  readonly opacity: number;
}

/** One overlay: switch, opacity, and what its colours mean. */
class OverlayControl {
  readonly element: HTMLElement;
  readonly #box: Checkbox;
  readonly #slider: HTMLInputElement;

  constructor(
    kind: OverlayKind,
    name: string,
    explanation: string,
    change: (setting: Partial<OverlaySetting>) => void,
  ) {
    this.#box = h<Checkbox>(
      'vscode-checkbox',
      { title: explanation, 'data-overlay': kind, onchange: () => change({ shown: this.#box.checked }) },
      name,
    );
    this.#slider = h('input', {
      type: 'range',
      min: 5,
      max: 100,
      step: 5,
      'aria-label': t('Opacity of {0}', name),
      title: t('Opacity'),
      oninput: () => change({ opacity: Number(this.#slider.value) / 100 }),
    });
    const ramp = h('span', { class: 'ramp', role: 'img', 'aria-label': t('Colours from low to high') });
    ramp.style.background = gradientOf(kind === 'attention' ? attentionRamp : heatmapRamp);
    this.element = h(
      'div',
      { class: 'overlay' },
      this.#box,
      this.#slider,
      h('div', { class: 'ramp-line' }, h('span', {}, t('low')), ramp, h('span', {}, t('high'))),
    );
  }

  update({ shown, opacity }: OverlaySetting, available: boolean): void {
    this.#box.checked = shown;
    setAttribute(this.#box, 'disabled', !available);
    this.#slider.disabled = !available || !shown;
    if (document.activeElement !== this.#slider) this.#slider.value = String(Math.round(100 * opacity));
    setAttribute(this.element, 'data-shown', shown && available);
  }
}

/** Attention and heat map over the picture. */
export class OverlaysSection {
  readonly element: HTMLElement;
  readonly #controls: Record<OverlayKind, OverlayControl>;

  constructor(change: (kind: OverlayKind, setting: Partial<OverlaySetting>) => void) {
    this.#controls = {
      heatmap: new OverlayControl(
        'heatmap',
        t('Heat map'),
        t('Where the network sees discs (H)'),
        (setting) => change('heatmap', setting),
      ),
      attention: new OverlayControl(
        'attention',
        t('Attention'),
        t('Where the network looks (A)'),
        (setting) => change('attention', setting),
      ),
    };
    this.element = h(
      'section',
      { class: 'overlays', 'aria-label': t('Overlays') },
      h('h3', {}, t('Overlays')),
      this.#controls.heatmap.element,
      this.#controls.attention.element,
    );
  }

  update(
    settings: Readonly<Record<OverlayKind, OverlaySetting>>,
    available: Readonly<Record<OverlayKind, boolean>>,
  ): void {
    for (const kind of ['heatmap', 'attention'] as const)
      this.#controls[kind].update(settings[kind], available[kind]);
  }
}
