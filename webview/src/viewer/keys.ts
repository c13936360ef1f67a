import type { Tool } from './interaction.js';

/** What keys do while the picture has the focus. */
export interface KeyActions {
  scroll(by: number): void;
  selectNext(by: 1 | -1): void;
  home(): void;
  zoom(factor: number): void;
  fit(): void;
  /** CSS pixels. */
  pan(dx: number, dy: number): void;
  toggleMultiplanar(): void;
  toggleAttention(): void;
  toggleHeatMap(): void;
  toggleTruth(): void;
  resetWindow(): void;
  setLevel(): void;
  removeDisc(): void;
  tool(tool: Tool): void;
}

export const zoomStep = 1.25;
const panStep = 40;
const tools: readonly Tool[] = ['window', 'pan', 'zoom', 'crosshair', 'correct'];

const plain: Readonly<Record<string, (actions: KeyActions) => void>> = {
  ArrowLeft: (actions) => actions.scroll(-1),
  ArrowRight: (actions) => actions.scroll(1),
  PageUp: (actions) => actions.scroll(-1),
  PageDown: (actions) => actions.scroll(1),
  ArrowUp: (actions) => actions.selectNext(-1),
  ArrowDown: (actions) => actions.selectNext(1),
  Home: (actions) => actions.home(),
  '+': (actions) => actions.zoom(zoomStep),
  '=': (actions) => actions.zoom(zoomStep),
  '-': (actions) => actions.zoom(1 / zoomStep),
  '0': (actions) => actions.fit(),
  m: (actions) => actions.toggleMultiplanar(),
  a: (actions) => actions.toggleAttention(),
  h: (actions) => actions.toggleHeatMap(),
  t: (actions) => actions.toggleTruth(),
  r: (actions) => actions.resetWindow(),
  F2: (actions) => actions.setLevel(),
  Delete: (actions) => actions.removeDisc(),
  Backspace: (actions) => actions.removeDisc(),
  ...Object.fromEntries(
    tools.map((tool, i) => [String(i + 1), (actions: KeyActions) => actions.tool(tool)] as const),
  ),
};

const shifted: Readonly<Record<string, (actions: KeyActions) => void>> = {
  ArrowLeft: (actions) => actions.pan(panStep, 0),
  ArrowRight: (actions) => actions.pan(-panStep, 0),
  ArrowUp: (actions) => actions.pan(0, panStep),
  ArrowDown: (actions) => actions.pan(0, -panStep),
};

/** Does what a key means; keys with other meanings are left to VS Code. */
export function handleKey(event: KeyboardEvent, actions: KeyActions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = (event.shiftKey && shifted[key]) || plain[key];
  if (!action) return;
  event.preventDefault();
  action(actions);
}
