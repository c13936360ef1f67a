import { h, icon } from '../common/dom.js';
import type { Tool } from './interaction.js';
import { t } from '../common/localize.js';
import type { Layout } from './volume-view.js';

export interface ToolbarListener {
  tool(tool: Tool): void;
  layout(layout: Layout): void;
  zoom(direction: 1 | -1): void;
  fit(): void;
  home(): void;
}

/** Buttons above the picture; arrow keys move between them, as toolbars do. */
export class Toolbar {
  readonly element = h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': t('View') });
  readonly #layouts = new Map<Layout, HTMLButtonElement>();
  readonly #tools = new Map<Tool, HTMLButtonElement>();
  readonly #home: HTMLButtonElement;

  constructor(listener: ToolbarListener) {
    const layout = (value: Layout, symbol: string, label: string): HTMLButtonElement => {
      const button = this.#button(symbol, label, () => listener.layout(value));
      this.#layouts.set(value, button);
      return button;
    };
    const tool = (value: Tool, symbol: string, label: string): HTMLButtonElement => {
      const button = this.#button(symbol, label, () => listener.tool(value));
      this.#tools.set(value, button);
      return button;
    };
    this.#home = this.#button('target', t('Go to the labelled slice (Home)'), () => listener.home());
    const group = (label: string, ...buttons: HTMLElement[]): HTMLElement =>
      h('div', { class: 'group', role: 'group', 'aria-label': label }, ...buttons);
    this.element.append(
      group(
        t('Layout'),
        layout('sagittal', 'window', t('Sagittal only (M)')),
        layout('multiplanar', 'layout', t('Three planes (M)')),
      ),
      group(
        t('Dragging'),
        tool('window', 'color-mode', t('Drag: window and level (1)')),
        tool('pan', 'move', t('Drag: pan (2)')),
        tool('zoom', 'search', t('Drag: zoom (3)')),
        tool('crosshair', 'add', t('Drag: cross hair (4)')),
        tool('correct', 'edit', t('Correct discs: drag a point, click to add one, Delete removes (5)')),
      ),
      group(
        t('Zoom'),
        this.#button('zoom-out', t('Zoom out (\u2212)'), () => listener.zoom(-1)),
        this.#button('zoom-in', t('Zoom in (+)'), () => listener.zoom(1)),
        this.#button('screen-full', t('Fit (0)'), () => listener.fit()),
        this.#home,
      ),
    );
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.#buttons.forEach((button, i) => (button.tabIndex = i === 0 ? 0 : -1));
  }

  update(tool: Tool, layout: Layout, labelled: boolean, correctable: boolean): void {
    for (const [value, button] of this.#tools) button.setAttribute('aria-pressed', String(value === tool));
    for (const [value, button] of this.#layouts)
      button.setAttribute('aria-pressed', String(value === layout));
    this.#home.disabled = !labelled;
    this.#tools.get('correct')!.disabled = !correctable;
  }

  get #buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll('button')];
  }

  #button(symbol: string, label: string, onclick: () => void): HTMLButtonElement {
    return h(
      'button',
      { class: 'tool', type: 'button', title: label, 'aria-label': label, onclick },
      icon(symbol),
    );
  }

  #key(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const buttons = this.#buttons.filter(({ disabled }) => !disabled);
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = buttons[(at + by + buttons.length) % buttons.length];
    for (const button of this.#buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
