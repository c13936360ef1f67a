import type { ErrorData } from '@disc-labeling/server/protocol';
import type { ViewerRequest } from '../messages/viewer.js';
import { h, icon, setText } from '../common/dom.js';
import { capitalized, sentence } from './labels-section.js';
import { t } from '../common/localize.js';

/** What stands in place of the picture: loading, or why there is none. */
export class Cover {
  readonly element = h('div', { class: 'cover' });
  readonly #ask: (request: ViewerRequest) => void;
  readonly #fill = h('div', { class: 'progress-fill' });
  readonly #text = h('p', {});
  readonly #bar = h(
    'div',
    { class: 'progress-bar', role: 'progressbar', 'aria-label': t('Loading volume') },
    this.#fill,
  );
  #shown = '';

  constructor(ask: (request: ViewerRequest) => void) {
    this.#ask = ask;
  }

  hide(): void {
    this.element.hidden = true;
    this.#shown = '';
  }

  /** @param fraction 0..1, or null where unknown */
  loading(name: string, fraction: number | null): void {
    if (this.#shown !== 'loading') {
      this.#shown = 'loading';
      this.element.hidden = false;
      this.element.replaceChildren(h('div', { class: 'cover-loading' }, this.#text, this.#bar));
    }
    setText(this.#text, t('Loading {0}', name));
    this.#bar.toggleAttribute('data-indeterminate', fraction === null);
    this.#fill.style.width = fraction === null ? '' : `${Math.round(100 * fraction)}%`;
    if (fraction !== null) this.#bar.setAttribute('aria-valuenow', String(Math.round(100 * fraction)));
  }

  failed(problem: ErrorData, fileName: string): void {
    const key = JSON.stringify(problem);
    if (this.#shown === key) return;
    this.#shown = key;
    this.element.hidden = false;
    this.element.replaceChildren(
      h(
        'div',
        { class: 'cover-error', role: 'alert' },
        icon('error'),
        h('h1', {}, capitalized(problem.what)),
        h('p', { class: 'why' }, sentence(problem.why)),
        h('p', { class: 'file' }, problem.file ?? fileName),
        h(
          'div',
          { class: 'buttons' },
          h(
            'vscode-button',
            { appearance: 'secondary', onclick: () => this.#ask({ kind: 'openWith' }) },
            t('Open With\u2026'),
          ),
          h(
            'vscode-button',
            { appearance: 'secondary', onclick: () => this.#ask({ kind: 'showLog' }) },
            t('Show Log'),
          ),
        ),
      ),
    );
  }
}
