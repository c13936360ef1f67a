import { h, icon, setAttribute } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { DashboardState } from '../messages/training.js';
import { stateNames } from './header.js';

export interface ToolbarActions {
  log(on: boolean): void;
  smoothing(weight: number): void;
  resetZoom(): void;
  compare(paths: readonly string[]): void;
}

/** More runs than there are colours can't be told apart. */
const mostCompared = 4;

/** How the curves are drawn, and which other runs are laid over. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #actions: ToolbarActions;
  readonly #log: HTMLElement & { checked: boolean };
  readonly #smoothing: HTMLInputElement;
  readonly #reset: HTMLElement;
  readonly #compare = h('details', { class: 'compare' });
  readonly #list = h('div', { class: 'menu', role: 'group', 'aria-label': t('Runs laid over') });
  readonly #summary = h('summary');
  #offered = '';

  constructor(actions: ToolbarActions) {
    this.#actions = actions;
    this.#log = h(
      'vscode-checkbox',
      { onchange: () => actions.log(this.#log.checked) },
      t('Logarithmic loss'),
    );
    this.#smoothing = h('input', {
      type: 'range',
      min: 0,
      max: 0.95,
      step: 0.05,
      'aria-label': t('Smoothing'),
      oninput: () => actions.smoothing(Number(this.#smoothing.value)),
    });
    this.#reset = h(
      'vscode-button',
      { appearance: 'secondary', onclick: () => actions.resetZoom() },
      icon('screen-normal'),
      ` ${t('Show All Epochs')}`,
    );
    this.#compare.append(this.#summary, this.#list);
    this.#compare.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      this.#compare.open = false;
      this.#summary.focus();
    });
    this.element = h(
      'div',
      { class: 'toolbar', role: 'toolbar', 'aria-label': t('Curves') },
      this.#log,
      h('label', { class: 'smoothing' }, t('Smoothing'), this.#smoothing),
      this.#compare,
      this.#reset,
    );
  }

  update({ others, compared }: DashboardState, log: boolean, smoothing: number, zoomed: boolean): void {
    if (this.#log.checked !== log) this.#log.checked = log;
    if (Number(this.#smoothing.value) !== smoothing) this.#smoothing.value = String(smoothing);
    setAttribute(this.#reset, 'hidden', !zoomed);
    setAttribute(this.#compare, 'hidden', others.length === 0);
    const paths = compared.map(({ summary }) => summary.path);
    const offered = JSON.stringify([others.map(({ path, state }) => [path, state]), paths]);
    if (offered === this.#offered) return;
    this.#offered = offered;
    this.#summary.textContent =
      paths.length === 0
        ? t('Compare With…')
        : t('Compared With {0}', compared.map((run) => run.summary.name).join(', '));
    this.#list.replaceChildren(
      ...others.map(({ path, name, epoch, state }) => {
        const chosen = paths.includes(path);
        const box = h<HTMLElement & { checked: boolean }>(
          'vscode-checkbox',
          {
            'data-path': path,
            disabled: !chosen && paths.length >= mostCompared,
            title: path,
            onchange: () => {
              if (box.checked === chosen) return;
              this.#actions.compare(chosen ? paths.filter((other) => other !== path) : [...paths, path]);
            },
          },
          `${name} (${stateNames()[state]}, ${t('epoch {0}', epoch)})`,
        );
        box.checked = chosen;
        return box;
      }),
    );
  }
}
