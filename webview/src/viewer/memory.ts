import type { Tool } from './interaction.js';
import type { OverlaySetting } from './overlays-section.js';
import type { Layout, OverlayKind, Window } from './volume-view.js';

/** What a viewer keeps of its user's choices when it is reloaded or restored. */
export interface Memory {
  readonly layout: Layout;
  readonly tool: Tool;
  readonly overlays: Readonly<Record<OverlayKind, OverlaySetting>>;
  /** Null: as the volume suggests. */
  readonly window: Window | null;
  readonly pan: readonly [number, number, number, number] | null;
  /** Value of the selected disc. */
  readonly selected: number | null;
  /** Whether true places are shown, where there are any. */
  readonly truth: boolean;
}

export const freshMemory = (defaults: { attention: boolean; heatmap: boolean }): Memory => ({
  layout: 'sagittal',
  tool: 'window',
  overlays: {
    attention: { shown: defaults.attention, opacity: 0.6 },
    heatmap: { shown: defaults.heatmap, opacity: 0.7 },
  },
  window: null,
  pan: null,
  selected: null,
  truth: true,
});
