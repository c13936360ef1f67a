import type { ModelSummary } from '@disc-labeling/server/protocol';
import type { Labels, ViewerRequest, ViewerState } from '../messages/viewer.js';
import type { Dropdown } from '../toolkit.js';
import { summarize } from './discs.js';
import { h, icon, setAttribute, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { Phase } from './phase.js';

const seconds = (value: number): string => t('{0} s', value < 10 ? value.toFixed(2) : value.toFixed(0));

/** Result, model and the buttons that act on labels. */
export class LabelsSection {
  readonly element: HTMLElement;
  readonly #title = h('h2', { class: 'summary' });
  readonly #details = h('p', { class: 'details' });
  readonly #notices = h('ul', { class: 'notices' });
  readonly #model: Dropdown;
  readonly #again: HTMLElement;
  readonly #save: HTMLElement;
  readonly #level: HTMLElement;
  readonly #message = h('div', { class: 'message' });
  readonly #progress: HTMLElement;
  readonly #progressFill = h('div', { class: 'progress-fill' });
  readonly #progressText = h('span', { class: 'progress-text' });
  readonly #ask: (request: ViewerRequest) => void;
  #messageKey = '';
  #models: readonly ModelSummary[] = [];

  /** @param setLevel to say which disc one is */
  constructor(ask: (request: ViewerRequest) => void, setLevel: () => void) {
    this.#ask = ask;
    this.#model = h<Dropdown>('vscode-dropdown', {
      id: 'model',
      'aria-label': t('Model'),
      onchange: () => ask({ kind: 'chooseModel', model: this.#model.value }),
    });
    this.#again = h('vscode-button', { onclick: () => ask({ kind: 'label' }) });
    this.#save = h(
      'vscode-button',
      {
        appearance: 'secondary',
        onclick: () => ask({ kind: 'saveLabels' }),
        title: t('Write a label volume beside the image'),
      },
      t('Save Labels'),
    );
    this.#level = h(
      'vscode-button',
      {
        appearance: 'secondary',
        onclick: setLevel,
        title: t('Say which disc one is; the others are counted from it (F2)'),
      },
      t('Set Level\u2026'),
    );
    this.#progress = h(
      'div',
      { class: 'progress' },
      h('div', { class: 'progress-bar' }, this.#progressFill),
      h(
        'div',
        { class: 'progress-line' },
        this.#progressText,
        h('vscode-button', { appearance: 'secondary', onclick: () => ask({ kind: 'cancel' }) }, t('Cancel')),
      ),
    );
    this.element = h(
      'section',
      { class: 'labels', 'aria-label': t('Labels') },
      this.#title,
      this.#details,
      this.#progress,
      this.#message,
      this.#notices,
      h('label', { class: 'field-label', for: 'model' }, t('Model')),
      this.#model,
      h('div', { class: 'buttons' }, this.#again, this.#save, this.#level),
    );
  }

  update(state: ViewerState, phase: Phase): void {
    const { labels, labelling, backend } = state;
    const running = labelling.phase === 'running';
    setText(this.#title, titleOf(state, phase));
    const result = labels?.result;
    setText(this.#details, labels && !running ? detailsOf(labels) : '');
    this.#details.hidden = !result || running;
    this.#progress.hidden = !running;
    if (running) {
      setText(this.#progressText, labelling.message);
      setAttribute(this.#progress, 'data-indeterminate', labelling.fraction === null);
      this.#progressFill.style.width = labelling.fraction === null ? '' : `${100 * labelling.fraction}%`;
    }
    this.#showMessage(state, phase);
    this.#notices.replaceChildren(
      ...(result?.notices ?? []).map((notice) => h('li', {}, icon('info'), notice)),
    );
    this.#notices.hidden = !result?.notices.length;
    this.#updateModels(state);
    const usable = backend === 'ready' && state.problem === null;
    setText(this.#again, labels ? t('Label Again') : t('Label'));
    setAttribute(this.#again, 'disabled', !usable || running);
    setAttribute(this.#save, 'disabled', !usable || running || !result?.discs.length);
    setAttribute(this.#level, 'disabled', !mayNameDiscs(state));
    setAttribute(this.#model, 'disabled', !usable || state.models.length === 0);
  }

  #updateModels({ models, model }: ViewerState): void {
    if (models !== this.#models && JSON.stringify(models) !== JSON.stringify(this.#models)) {
      this.#models = models;
      this.#model.replaceChildren(
        ...models.map(({ name, title }) => h('vscode-option', { value: name, title }, title)),
      );
    }
    if (model !== null && this.#model.value !== model) this.#model.value = model;
    setAttribute(this.#model, 'title', models.find(({ name }) => name === model)?.title);
  }

  #showMessage(state: ViewerState, phase: Phase): void {
    const message = messageOf(state, phase);
    const key = JSON.stringify(message);
    if (key === this.#messageKey) return;
    this.#messageKey = key;
    this.#message.hidden = message === null;
    if (!message) return;
    const { kind, title, text, hints = [], actions = [] } = message;
    this.#message.dataset['kind'] = kind;
    this.#message.replaceChildren(
      h('div', { class: 'message-title' }, icon(messageIcons[kind]), title),
      ...(text ? [h('p', {}, text)] : []),
      ...(hints.length ? [h('ul', {}, ...hints.map((hint) => h('li', {}, hint)))] : []),
      ...(actions.length
        ? [
            h(
              'div',
              { class: 'buttons' },
              ...actions.map(({ label, request }) =>
                h('vscode-button', { appearance: 'secondary', onclick: () => this.#ask(request) }, label),
              ),
            ),
          ]
        : []),
    );
  }
}

/** Whether there are labels made here, at rest, for the user to correct. */
export const mayCorrectDiscs = ({ labels, labelling, backend, problem }: ViewerState): boolean =>
  backend === 'ready' && problem === null && labelling.phase !== 'running' && labels?.report === null;

/** Whether there are discs among them to name. */
export const mayNameDiscs = (state: ViewerState): boolean =>
  mayCorrectDiscs(state) && state.labels!.result.discs.length > 0;

/** Where labels come from. */
const detailsOf = ({ report, corrected, result }: Labels): string =>
  report === null
    ? [
        result.model,
        result.engine,
        seconds(result.seconds.total),
        ...(corrected ? [t('corrected by hand')] : []),
      ].join(' \u00b7 ')
    : t('From the test report of {0}', report);

const messageIcons = { info: 'info', warning: 'warning', error: 'error' } as const;

interface Message {
  readonly kind: keyof typeof messageIcons;
  readonly title: string;
  readonly text?: string;
  readonly hints?: readonly string[];
  readonly actions?: readonly { readonly label: string; readonly request: ViewerRequest }[];
}

function titleOf({ labels, labelling, backend }: ViewerState, phase: Phase): string {
  if (labelling.phase === 'running') return t('Labelling\u2026');
  if (labels) return summarize(labels.result.discs);
  if (phase === 'error') return t('No labels');
  return backend === 'starting' ? t('Starting\u2026') : t('Not labelled');
}

function messageOf({ backend, labelling, labels }: ViewerState, phase: Phase): Message | null {
  const showLog = { label: t('Show Log'), request: { kind: 'showLog' } } as const;
  const restart = { label: t('Restart'), request: { kind: 'restart' } } as const;
  if (backend === 'untrusted')
    return {
      kind: 'info',
      title: t('This workspace is not trusted'),
      text: t('Labelling runs a process of its own, so it starts only in workspaces you trust.'),
      actions: [{ label: t('Manage Trust'), request: { kind: 'manageTrust' } }],
    };
  if (backend === 'restarting')
    return {
      kind: 'warning',
      title: t('The backend stopped'),
      text: t('It is being started again; labels come back by themselves.'),
    };
  if (backend === 'failed')
    return {
      kind: 'error',
      title: t('The backend keeps stopping'),
      text: t('It was started again several times without success. The log says why.'),
      actions: [restart, showLog],
    };
  if (labelling.phase === 'failed')
    return {
      kind: 'error',
      title: capitalized(labelling.problem.what),
      text: sentence(labelling.problem.why),
      actions: [showLog],
    };
  if (labels && phase === 'empty')
    return {
      kind: 'info',
      title: t('What you can try'),
      hints: [
        t('Look through the slices: the volume has to contain the midline of the spine.'),
        t('Choose the model made for this contrast (T1w or T2w).'),
        t('Turn on the heat map: faint spots show what the model considered.'),
      ],
    };
  return null;
}

export const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** With a capital at the start and a full stop at the end. */
export const sentence = (text: string): string =>
  text === '' || /[.!?\u2026]$/.test(text) ? capitalized(text) : `${capitalized(text)}.`;
