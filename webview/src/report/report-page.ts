import { h, icon, setAttribute } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { ReportRequest, ReportState, ShownReport } from '../messages/report.js';
import { comparisonSection } from './comparison-section.js';
import type { PageContext } from './context.js';
import { DistributionSection } from './distribution-section.js';
import type { ReportHost } from './embedded.js';
import { levelsSection } from './levels-section.js';
import { freshMemory, type Memory } from './memory.js';
import { referenceSection } from './reference-section.js';
import { SubjectsSection } from './subjects-section.js';
import { headerOf, keyFigures } from './summary-section.js';
import { worstSection } from './worst-section.js';

/** The whole page of a test report. */
export class ReportPage {
  readonly #root: HTMLElement;
  readonly #host: ReportHost;
  readonly #context: PageContext;
  readonly #comparison = h('div', { class: 'comparison-place' });
  readonly #compareButton: HTMLElement;
  #memory: Memory;
  #shown = '';
  #shownComparison = '';
  #distribution: DistributionSection | null = null;
  #state: ReportState | null = null;

  constructor(root: HTMLElement, host: ReportHost, { inEditor }: { readonly inEditor: boolean }) {
    setAttribute(root, 'data-editor', inEditor);
    this.#root = root;
    this.#host = host;
    this.#memory = host.memory ?? freshMemory('');
    const memory = (): Memory => this.#memory;
    this.#context = {
      inEditor,
      get memory() {
        return memory();
      },
      remember: (change) => this.#remember(change),
      open: (subject, disc) => this.#ask({ kind: 'openVolume', subject, disc }),
      copy: (text) => this.#ask({ kind: 'copy', text }),
    };
    this.#compareButton = this.#button(t('Compare With\u2026'), { kind: 'compare' });
    root.addEventListener('scroll', () => this.#remember({ scroll: root.scrollTop }), { passive: true });
    this.#fill(h('p', { class: 'message', role: 'status' }, t('Reading the report\u2026')));
    host.connect({ state: (state) => this.#update(state) });
  }

  #update(state: ReportState): void {
    this.#state = state;
    const { report, problem, folder, comparison } = state;
    this.#root.dataset['state'] = problem ? 'error' : report ? 'shown' : 'loading';
    setAttribute(this.#compareButton, 'disabled', state.comparing);
    if (this.#memory.folder !== folder) this.#memory = { ...freshMemory(folder) };
    this.#remember({ folder, comparedWith: comparison?.reports[1] ?? null });
    const key = JSON.stringify([report?.date, report?.model, report?.summary, problem, state.pictures]);
    if (key !== this.#shown) {
      this.#shown = key;
      this.#draw(state);
    }
    const comparedWith = JSON.stringify(comparison);
    if (comparedWith === this.#shownComparison) return;
    this.#shownComparison = comparedWith;
    this.#comparison.replaceChildren(
      ...(comparison
        ? [comparisonSection(comparison, this.#context, () => this.#ask({ kind: 'endComparison' }))]
        : []),
    );
    if (comparison && this.#context.inEditor) this.#comparison.scrollIntoView({ block: 'nearest' });
  }

  #draw({ report, problem, folder, pictures }: ReportState): void {
    this.#distribution?.dispose();
    this.#distribution = null;
    if (problem)
      return this.#fill(
        h(
          'div',
          { class: 'message error', role: 'alert' },
          h('h1', {}, icon('error'), t('This report can\u2019t be shown')),
          h('p', {}, `${problem.what}: ${problem.why}`),
          h('p', { class: 'path' }, problem.file ?? folder),
          h(
            'div',
            { class: 'actions' },
            this.#button(t('Try Again'), { kind: 'reload' }),
            this.#button(t('Show Log'), { kind: 'showLog' }),
          ),
        ),
      );
    if (!report) return;
    this.#fill(...this.#sections(report, folder, pictures));
    this.#root.scrollTop = this.#memory.scroll;
  }

  #sections(report: ShownReport, folder: string, pictures: ReportState['pictures']): HTMLElement[] {
    const actions = this.#context.inEditor
      ? [this.#compareButton, this.#button(t('Save as HTML\u2026'), { kind: 'saveHtml' })]
      : [];
    this.#distribution = new DistributionSection(report);
    const worst = worstSection(report, pictures, this.#context);
    return [
      headerOf(report, folder, actions),
      keyFigures(report),
      this.#comparison,
      this.#distribution.element,
      levelsSection(report, this.#context),
      ...(worst ? [worst] : []),
      new SubjectsSection(report, this.#context, pictures).element,
      referenceSection(report),
    ];
  }

  #fill(...content: HTMLElement[]): void {
    this.#root.replaceChildren(h('main', {}, ...content));
  }

  #button(label: string, request: ReportRequest): HTMLElement {
    return h('vscode-button', { appearance: 'secondary', onclick: () => this.#ask(request) }, label);
  }

  #remember(change: Partial<Memory>): void {
    this.#memory = { ...this.#memory, ...change };
    if (this.#state) this.#host.memory = this.#memory;
  }

  /** Refusals are shown by the editor, as a notification. */
  #ask(request: ReportRequest): void {
    void this.#host.request(request).catch(() => {});
  }
}
