/**
 * Colours of the overlays, from low to high, shared by the renderer and the legend. Two ramps that differ in hue
 * and both grow in lightness, so that they can be told apart from each other and from grey anatomy, also by people
 * who do not see all colours.
 */
export interface Ramp {
  readonly name: string;
  /** `[red, green, blue]`, 0..255, at equal steps. */
  readonly colours: readonly (readonly [number, number, number])[];
}

export const attentionRamp: Ramp = {
  name: 'disc-attention',
  colours: [
    [120, 28, 109],
    [203, 65, 73],
    [244, 136, 32],
    [252, 225, 120],
  ],
};

export const heatmapRamp: Ramp = {
  name: 'disc-heatmap',
  colours: [
    [18, 74, 160],
    [20, 140, 190],
    [60, 205, 190],
    [214, 255, 224],
  ],
};

/** The ramp as a CSS background. */
export const gradientOf = ({ colours }: Ramp): string =>
  `linear-gradient(to right, ${colours.map((colour) => `rgb(${colour.join(' ')})`).join(', ')})`;
