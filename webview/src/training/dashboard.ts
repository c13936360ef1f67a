import { h, setAttribute, setText } from '../common/dom.js';
import type { Host } from '../common/host.js';
import { t } from '../common/localize.js';
import { percent } from '../common/numbers.js';
import type {
  DashboardAction,
  DashboardMemory,
  DashboardRequest,
  DashboardRun,
  DashboardState,
} from '../messages/training.js';
import { Chart, type Zoom } from './chart.js';
import { EpochTable } from './epoch-table.js';
import { rate, significant, tick } from './format.js';
import { Header, stateNames } from './header.js';
import { Pictures } from './pictures.js';
import { withProgress } from './progress.js';
import { extentOf, linesOf } from './series.js';
import { onThemeChange, readTheme, type ChartTheme } from './theme.js';
import { Toolbar } from './toolbar.js';

/** The whole dashboard: puts the parts together and keeps them in step with the training and its user. */
export class Dashboard {
  readonly #root: HTMLElement;
  readonly #host: Host<DashboardState, DashboardRequest, DashboardAction, DashboardMemory>;
  readonly #header: Header;
  readonly #toolbar: Toolbar;
  readonly #charts: readonly Chart[];
  readonly #names = ['loss', 'quality', 'rate'] as const;
  readonly #pictures = new Pictures();
  readonly #table = new EpochTable();
  readonly #main = h('div', { class: 'curves' });
  readonly #empty = h('p', { class: 'empty' });
  readonly #announcer = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  #state: DashboardState | null = null;
  #theme: ChartTheme = readTheme();
  #log: boolean;
  #smoothing: number;
  #zoom: Zoom | null = null;
  #frame = 0;
  #announced: { readonly state: string; readonly epoch: number } | null = null;

  constructor(
    root: HTMLElement,
    host: Host<DashboardState, DashboardRequest, DashboardAction, DashboardMemory>,
  ) {
    this.#root = root;
    this.#host = host;
    this.#log = host.memory?.log ?? false;
    this.#smoothing = host.memory?.smoothing ?? 0;
    const ask = (request: DashboardRequest): void => void host.request(request).catch(() => {});
    this.#header = new Header(ask);
    this.#toolbar = new Toolbar({
      log: (on) => this.#choose(() => (this.#log = on)),
      smoothing: (weight) => this.#choose(() => (this.#smoothing = weight)),
      resetZoom: () => this.#setZoom(null),
      compare: (paths) => ask({ kind: 'compare', paths }),
    });
    const zoomed = (range: Zoom | null): void => this.#setZoom(range);
    this.#charts = [
      new Chart({ name: 'loss', title: t('Loss'), show: significant, tick, zoomed }),
      new Chart({
        name: 'quality',
        title: t('Quality on held-out samples'),
        show: percent,
        tick: (share) => `${Math.round(100 * share)} %`,
        range: [0, 1],
        zoomed,
      }),
      new Chart({ name: 'rate', title: t('Learning rate'), show: rate, tick: rate, zoomed }),
    ];
    this.#main.append(this.#toolbar.element, ...this.#charts.map(({ element }) => element));
    root.append(
      this.#header.element,
      h(
        'main',
        {},
        this.#empty,
        h('div', { class: 'columns' }, this.#main, this.#pictures.element),
        this.#table.element,
      ),
      this.#announcer,
    );
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#zoom) this.#setZoom(null);
    });
  }

  start(): void {
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#schedule();
    });
    this.#host.connect({
      state: (state) => {
        this.#state = state;
        this.#remember();
        this.#schedule();
      },
      action: (action) => {
        if (!this.#state) return;
        this.#state = withProgress(this.#state, action);
        this.#schedule();
      },
    });
  }

  /** Draws once per frame, whatever came in between. */
  #schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#render());
  }

  #render(): void {
    this.#frame = 0;
    const state = this.#state;
    if (!state) return;
    const { run } = state;
    this.#root.dataset['state'] = run?.summary.state ?? (state.problem ? 'failed' : 'loading');
    this.#header.update(state);
    this.#toolbar.update(state, this.#log, this.#smoothing, this.#zoom !== null);
    this.#pictures.update(state.pictures);
    const best = run?.summary.best?.epoch ?? null;
    this.#table.update(run?.metrics ?? [], best);
    const blank = !run || (run.metrics.length === 0 && run.steps.length === 0);
    setAttribute(this.#main, 'hidden', blank);
    setAttribute(this.#empty, 'hidden', !blank || !run);
    setText(
      this.#empty,
      run?.summary.state === 'training'
        ? t('The first steps are under way.')
        : t('No epoch was finished here.'),
    );
    if (run) {
      if (!blank) this.#draw(run, state.compared, best);
      this.#announce(run);
    }
  }

  #draw(run: DashboardRun, compared: readonly DashboardRun[], best: number | null): void {
    const lines = this.#names.map((name) =>
      linesOf(name, run, compared, {
        smoothing: name === 'rate' ? 0 : this.#smoothing,
        log: name === 'loss' && this.#log,
      }),
    );
    const whole = extentOf(lines.flat());
    this.#charts.forEach((chart, i) => {
      setAttribute(chart.element, 'hidden', lines[i]!.length === 0);
      const log = this.#names[i] === 'loss' && this.#log;
      if (lines[i]!.length > 0) chart.draw(lines[i]!, { best, log, theme: this.#theme, whole });
    });
  }

  #choose(change: () => void): void {
    change();
    this.#remember();
    this.#schedule();
  }

  #setZoom(range: Zoom | null): void {
    this.#zoom = range;
    for (const chart of this.#charts) chart.zoom(range);
    this.#schedule();
  }

  /** Also what brings the dashboard back when the window is opened again. */
  #remember(): void {
    const run = this.#state?.run;
    const path = run?.summary.path ?? this.#host.memory?.path;
    if (path === undefined) return;
    const compared = run
      ? this.#state!.compared.map(({ summary }) => summary.path)
      : (this.#host.memory?.compared ?? []);
    this.#host.memory = { path, compared, log: this.#log, smoothing: this.#smoothing };
  }

  /** Tells screen readers of epochs and of the end, not of steps. */
  #announce({ summary, metrics }: DashboardRun): void {
    const before = this.#announced;
    this.#announced = { state: summary.state, epoch: summary.epoch };
    if (before === null) return;
    if (before.state !== summary.state) return setText(this.#announcer, stateNames()[summary.state]);
    const last = metrics.at(-1);
    if (before.epoch === summary.epoch || !last) return;
    setText(
      this.#announcer,
      t(
        'Epoch {0} of {1}: training loss {2}, validation loss {3}, {4} within 5 mm',
        last.epoch + 1,
        summary.epochs,
        significant(last.trainingLoss),
        significant(last.validationLoss),
        percent(last.accuracy),
      ),
    );
  }
}
