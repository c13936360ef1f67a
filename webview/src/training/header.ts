import type { RunState } from '@disc-labeling/server/protocol';
import { h, icon, setAttribute, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { DashboardRequest, DashboardState } from '../messages/training.js';
import { facts } from './facts.js';

/** States of a run in the user's language. */
export const stateNames = (): Readonly<Record<RunState, string>> => ({
  training: t('Training'),
  finished: t('Finished'),
  stopped: t('Stopped'),
  broken: t('Not usable'),
});

/** Name, state, figures and buttons of the run. */
export class Header {
  readonly element: HTMLElement;
  readonly #title = h('h1');
  readonly #badge = h('span', { class: 'badge' });
  readonly #bar = h('div', {
    class: 'bar',
    role: 'progressbar',
    'aria-label': t('Progress of the training'),
    'aria-valuemin': 0,
    'aria-valuemax': 100,
  });
  readonly #facts = h('dl', { class: 'facts' });
  readonly #problem = h('p', { class: 'problem', role: 'alert' });
  readonly #stop: HTMLElement;
  readonly #resume: HTMLElement;
  readonly #card: HTMLElement;
  readonly #buttons: HTMLElement;

  constructor(ask: (request: DashboardRequest) => void) {
    const button = (
      text: string,
      symbol: string,
      appearance: string,
      request: DashboardRequest,
    ): HTMLElement =>
      h('vscode-button', { appearance, onclick: () => ask(request) }, icon(symbol), ` ${text}`);
    this.#stop = button(t('Stop'), 'debug-stop', 'primary', { kind: 'stop' });
    this.#resume = button(t('Resume'), 'debug-continue', 'primary', { kind: 'resume' });
    this.#card = button(t('Model Card'), 'book', 'secondary', { kind: 'openCard' });
    this.#buttons = h(
      'div',
      { class: 'buttons' },
      this.#stop,
      this.#resume,
      button(t('Configuration'), 'settings', 'secondary', { kind: 'openConfig' }),
      this.#card,
      button(t('Log'), 'output', 'secondary', { kind: 'openLog' }),
    );
    this.element = h(
      'header',
      { class: 'header' },
      h('div', { class: 'title' }, this.#title, this.#badge, this.#buttons),
      this.#problem,
      this.#bar,
      this.#facts,
    );
  }

  update({ run, problem, pending }: DashboardState): void {
    setAttribute(this.#buttons, 'hidden', run === null);
    setAttribute(this.#bar, 'hidden', run === null);
    const reason = problem ? `${problem.what}: ${problem.why}` : (run?.summary.problem ?? '');
    setText(this.#problem, reason);
    setAttribute(this.#problem, 'hidden', reason === '');
    if (!run) {
      setText(this.#title, problem ? t('This run cannot be shown') : t('Loading…'));
      return;
    }
    const { summary, elsewhere } = run;
    const { state } = summary;
    setText(this.#title, summary.name);
    setText(this.#badge, this.#stateText(state, pending, summary.interrupted));
    this.#badge.dataset['state'] = state;
    setAttribute(this.#stop, 'hidden', state !== 'training');
    setAttribute(this.#stop, 'disabled', elsewhere || pending === 'stopping');
    setAttribute(this.#stop, 'title', elsewhere ? t('Another program trains here; stop it there.') : null);
    setAttribute(this.#resume, 'hidden', state !== 'stopped');
    setAttribute(this.#resume, 'disabled', pending === 'resuming');
    setAttribute(this.#card, 'hidden', run.card === null);
    const done = run.live ? run.live.step / run.live.steps : summary.epoch / Math.max(1, summary.epochs);
    this.#bar.style.setProperty('--done', String(state === 'finished' ? 1 : done));
    setAttribute(this.#bar, 'aria-valuenow', Math.round(100 * done));
    this.#showFacts(facts(run));
  }

  #stateText(state: RunState, pending: DashboardState['pending'], interrupted: boolean): string {
    if (pending === 'stopping' && state === 'training') return t('Stopping at a checkpoint…');
    if (pending === 'resuming') return t('Resuming…');
    return state === 'stopped' && interrupted ? t('Interrupted') : stateNames()[state];
  }

  #showFacts(shown: readonly (readonly [string, string])[]): void {
    const before = [...this.#facts.children].map((item) => item.firstElementChild!.textContent);
    const names = shown.map(([name]) => name);
    if (JSON.stringify(before) !== JSON.stringify(names))
      this.#facts.replaceChildren(...names.map((name) => h('div', {}, h('dt', {}, name), h('dd'))));
    shown.forEach(([, value], i) => setText(this.#facts.children[i]!.lastElementChild!, value));
  }
}
