import {
  notifications,
  requests,
  type EpochMetrics,
  type ErrorData,
  type RunDetails,
  type RunSummary,
  type TrainingEvent,
} from '@disc-labeling/server/protocol';
import type {
  DashboardAction,
  DashboardRequest,
  DashboardRun,
  DashboardState,
  EpochPicture,
} from '@disc-labeling/webview/messages';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { problemOf, type Backend } from '../backend.js';
import { PageChannel } from '../pages/channel.js';
import { workspaceFolders } from '../workspace.js';
import type { Trainings } from './trainings.js';

/** ms between two updates of the page while it trains. */
const interval = 300;

/** Points of the loss within epochs that are kept. */
const mostSteps = 4000;

export interface DashboardOptions {
  readonly extensionUri: vscode.Uri;
  readonly backend: Backend;
  readonly trainings: Trainings;
  /** Resumes the run; rejects with a sentence for the user. */
  readonly resume: (run: string) => Promise<void>;
}

/** One dashboard: a run, drawn while it trains and after. */
export class Dashboard implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #channel: PageChannel<DashboardState, DashboardRequest, DashboardAction>;
  readonly #options: DashboardOptions;
  readonly #listeners: vscode.Disposable;
  #details: RunDetails | null = null;
  #problem: ErrorData | null = null;
  #pending: DashboardState['pending'] = null;
  #others: readonly RunSummary[] = [];
  #compared: readonly DashboardRun[] = [];
  /** What the page has not been told yet. */
  #news: { epochs: EpochMetrics[]; best: number | null; live: boolean } = {
    epochs: [],
    best: null,
    live: false,
  };
  #timer: NodeJS.Timeout | null = null;
  #reads = 0;

  constructor(
    readonly run: string,
    panel: vscode.WebviewPanel,
    options: DashboardOptions,
    compared: readonly string[] = [],
  ) {
    this.#panel = panel;
    this.#options = options;
    const { extensionUri, backend, trainings } = options;
    panel.title = basename(run);
    this.#channel = new PageChannel(panel.webview, {
      name: 'training',
      extensionUri,
      resources: [vscode.Uri.file(run)],
      state: () => this.#state(),
      perform: (request) => this.#perform(request),
      log: backend.log,
      title: `dashboard of ${basename(run)}`,
    });
    this.#listeners = vscode.Disposable.from(
      trainings.onDidTell(({ run: of, event }) => of === run && this.#note(event)),
      trainings.onDidEnd(({ run: of, problem }) => {
        if (of !== run) return;
        this.#problem = problem;
        void this.#read();
      }),
      backend.onNotification(notifications.runChanged, ({ run: of }) => {
        // Of its own trainings the backend tells more, and sooner.
        if (of === run && !this.#isLive) void this.#read();
      }),
      backend.onDidChangeHealth((health) => health === 'ready' && void this.#open()),
    );
    void this.#open();
    void this.#compare(compared);
  }

  reveal(): void {
    this.#panel.reveal();
  }

  get #isLive(): boolean {
    return this.#options.trainings.running.some(({ run }) => run === this.run);
  }

  /** Reads the run, and has its files followed from now on. */
  async #open(): Promise<void> {
    const { backend } = this.#options;
    await this.#read();
    await backend.request(requests.followRun, { path: this.run, follow: true }).catch(() => {});
    await this.#readOthers();
  }

  async #read(): Promise<void> {
    const { backend } = this.#options;
    const read = ++this.#reads;
    try {
      const details = await backend.request(requests.run, { path: this.run });
      if (read !== this.#reads) return;
      this.#details = details;
      if (details.summary.state === 'training') this.#problem = null;
    } catch (error) {
      if (read !== this.#reads) return;
      this.#problem = this.#problemOf(error);
    }
    this.#forgetNews();
    this.#channel.update();
  }

  async #readOthers(): Promise<void> {
    const { backend } = this.#options;
    const runs = await backend.request(requests.runs, { folders: workspaceFolders() }).catch(() => []);
    this.#others = runs.filter(({ path, epoch }) => path !== this.run && epoch > 0);
    this.#channel.update();
  }

  #note(event: TrainingEvent): void {
    if (event.kind === 'started') return void this.#read();
    if (!this.#details) return;
    if (event.kind === 'step') {
      const { step, loss } = event;
      const steps = withStep(this.#details.steps, { step, loss });
      this.#details = { ...this.#details, live: event, steps };
      this.#news.live = true;
    } else if (event.kind === 'epoch') this.#noteEpoch(event.metrics, event.best);
    else return;
    this.#timer ??= setTimeout(() => this.#tell(), interval);
  }

  #noteEpoch(metrics: EpochMetrics, best: boolean): void {
    const details = this.#details!;
    const number = String(metrics.epoch + 1).padStart(4, '0');
    this.#details = {
      ...details,
      metrics: [...details.metrics, metrics],
      pictures: [
        ...details.pictures,
        { epoch: metrics.epoch, path: join(this.run, 'pictures', `epoch_${number}.png`) },
      ],
      card: details.card ?? join(this.run, 'best', 'README.md'),
      summary: {
        ...details.summary,
        epoch: metrics.epoch + 1,
        best: best ? metrics : details.summary.best,
      },
    };
    this.#news.epochs.push(metrics);
    if (best) this.#news.best = metrics.epoch;
  }

  #tell(): void {
    const { epochs, best, live } = this.#news;
    const details = this.#details;
    this.#forgetNews();
    if (!details) return;
    // Its card and its pictures appear with the first epoch.
    if (epochs[0]?.epoch === details.metrics[0]?.epoch && epochs.length > 0) return this.#channel.update();
    this.#channel.act({
      kind: 'progress',
      live: live ? details.live : null,
      epochs,
      best,
      pictures: details.pictures
        .slice(details.pictures.length - epochs.length)
        .map((picture) => this.#picture(picture)),
    });
  }

  #problemOf(error: unknown): ErrorData {
    return problemOf(error, vscode.l10n.t('the backend did not answer'), this.run);
  }

  #forgetNews(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#news = { epochs: [], best: null, live: false };
  }

  #picture({ epoch, path }: RunDetails['pictures'][number]): EpochPicture {
    return { epoch, url: this.#panel.webview.asWebviewUri(vscode.Uri.file(path)).toString() };
  }

  #state(): DashboardState {
    const details = this.#details;
    return {
      run: details && withoutFiles(details),
      pictures: details?.pictures.map((picture) => this.#picture(picture)) ?? [],
      problem: this.#problem,
      pending: this.#pending,
      others: this.#others.map(({ path, name, epoch, state }) => ({ path, name, epoch, state })),
      compared: this.#compared,
    };
  }

  async #perform(request: DashboardRequest): Promise<void> {
    const { backend, resume } = this.#options;
    switch (request.kind) {
      case 'stop':
        return this.#while('stopping', () => backend.request(requests.stopTraining, { run: this.run }));
      case 'resume':
        return this.#while('resuming', () => resume(this.run));
      case 'openConfig':
        return show(join(this.run, 'config.json'));
      case 'openLog':
        return show(join(this.run, 'log.txt'));
      case 'openCard':
        return void vscode.commands.executeCommand(
          'markdown.showPreview',
          vscode.Uri.file(join(this.run, 'best', 'README.md')),
        );
      case 'compare':
        return this.#compare(request.paths);
    }
  }

  /** Does what may fail; the page says why, and what is under way meanwhile. */
  async #while(pending: NonNullable<DashboardState['pending']>, work: () => Promise<unknown>): Promise<void> {
    this.#pending = pending;
    this.#problem = null;
    this.#channel.update();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) this.#problem = this.#problemOf(error);
    } finally {
      this.#pending = null;
      await this.#read();
    }
  }

  async #compare(paths: readonly string[]): Promise<void> {
    if (paths.length === 0 && this.#compared.length === 0) return;
    const read = paths.map((path) => this.#options.backend.request(requests.run, { path }).catch(() => null));
    const runs = await Promise.all(read);
    this.#compared = runs.filter((run) => run !== null).map(withoutFiles);
    this.#channel.update();
  }

  dispose(): void {
    this.#forgetNews();
    this.#listeners.dispose();
    this.#channel.dispose();
    const { backend } = this.#options;
    if (backend.health === 'ready')
      void backend.request(requests.followRun, { path: this.run, follow: false }).catch(() => {});
  }
}

/** As the page adds them, so that a page that is opened anew has the same. */
function withStep(steps: RunDetails['steps'], point: RunDetails['steps'][number]): RunDetails['steps'] {
  const kept = steps.length < mostSteps ? steps : steps.filter((_, i) => i % 2 === 1);
  return [...kept, point];
}

/** What the page draws: paths are of no use to it, and a configuration is opened as a file. */
function withoutFiles(details: RunDetails): DashboardRun {
  const { summary, stepsPerEpoch, metrics, steps, live, elsewhere, engine, parameters, card } = details;
  return { summary, stepsPerEpoch, metrics, steps, live, elsewhere, engine, parameters, card };
}

async function show(path: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(path), { viewColumn: vscode.ViewColumn.Beside });
}
