import {
  requests,
  type DescribeResponse,
  type Disc,
  type ErrorData,
  type LabelResponse,
  type ModelSummary,
} from '@disc-labeling/server/protocol';
import { isLabelFile } from '@disc-labeling/server/protocol/label-file';
import type { BackendHealth, Labelling, Truth } from '@disc-labeling/webview/messages';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { BackendError, BackendUnavailable, type Backend } from '../backend.js';
import { settings } from '../settings.js';
import { DiscEdits } from './disc-edits.js';
import { FileWatcher } from './file-watcher.js';
import { labelsOf, truthOf, type Inspection } from './inspection.js';

/**
 * An open volume: what the backend knows of it, shared by all viewers that show it. It reads and labels when it is
 * opened, when its file changes and when a crashed backend is back.
 */
export class VolumeDocument implements vscode.CustomDocument {
  readonly name: string;
  readonly #backend: Backend;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #corrected = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<VolumeDocument>>();
  readonly onDidCorrect = this.#corrected.event;
  readonly #watcher: FileWatcher;
  readonly #listener: vscode.Disposable;
  #running: vscode.CancellationTokenSource | null = null;
  #model: string | null = null;
  /** Levels by which the user moved all names; null: the model's own. */
  #levelShift: number | null = null;
  readonly #edits = new DiscEdits();
  /** Corrections that VS Code knows nothing of. */
  #recovered: readonly Disc[] | null = null;
  #interrupted = false;
  #inspection: Inspection | null = null;
  /** Counts changes of the file's content. */
  version = 1;
  size = 0;
  header: DescribeResponse | null = null;
  problem: ErrorData | null = null;
  labels: LabelResponse | null = null;
  /** Title of the test report the labels come from; null for labels made here. */
  report: string | null = null;
  truth: Truth | null = null;
  labelling: Labelling = { phase: 'idle' };
  models: readonly ModelSummary[] = [];

  constructor(
    readonly uri: vscode.Uri,
    backend: Backend,
  ) {
    this.name = basename(uri.path);
    this.#backend = backend;
    this.#watcher = new FileWatcher(uri, () => void this.#fileChanged());
    this.#listener = backend.onDidChangeHealth((health) => this.#healthChanged(health));
  }

  /** Name of the model that labels this volume. */
  get model(): string | null {
    return (
      this.#model ??
      (this.report === null ? this.labels?.result.model : null) ??
      this.models.find(({ isDefault }) => isDefault)?.name ??
      null
    );
  }

  /** Whether the labels are those of this model, made here. */
  isLabelledBy(model: string): boolean {
    return this.report === null && this.labels?.result.model === model;
  }

  /** Found, and corrected by hand. */
  get discs(): readonly Disc[] {
    return this.labels?.result.discs ?? [];
  }

  /** Whether the discs are others than the model found. */
  get corrected(): boolean {
    return this.labels !== null && this.report === null && this.#edits.corrected;
  }

  /** Whether there are corrections that would be lost. */
  get unsaved(): boolean {
    return this.corrected && this.#edits.unsaved;
  }

  /** Whether the label file is this viewer's, and may be written over. */
  get written(): boolean {
    return this.#edits.written;
  }

  /** Discs that would be lost if VS Code were closed now; null: none. */
  get atStake(): readonly Disc[] | null {
    return this.#recovered ?? this.#edits.atStake;
  }

  /** The discs to be shown again after VS Code was closed. */
  get toBackUp(): readonly Disc[] {
    return this.atStake ?? this.#edits.shown;
  }

  /** Puts corrected discs in the place of those that were found. @param title of the change, for undoing it */
  correct(title: string, discs: readonly Disc[]): void {
    const edit = this.#edits.correct(discs, () => this.#showDiscs());
    this.#corrected.fire({ document: this, label: title, ...edit });
  }

  /** These discs were saved. */
  saved(discs: readonly Disc[]): void {
    this.#edits.saved(discs);
    this.#changed.fire();
  }

  /** Back to the discs as they were saved, or found. */
  revert(): void {
    this.#edits.revert();
    this.#showDiscs();
  }

  /** Corrections made before VS Code was closed, which it knows of; shown when the volume is labelled. */
  restore(discs: readonly Disc[] | null): void {
    this.#edits.restore(discs);
  }

  /** Corrections VS Code knows nothing of: made anew when the volume is labelled, so that they can be saved or undone. */
  recover(discs: readonly Disc[] | null): void {
    this.#recovered = discs;
  }

  #showDiscs(): void {
    if (this.labels && this.report === null)
      this.labels = { ...this.labels, result: { ...this.labels.result, discs: this.#edits.shown } };
    this.#changed.fire();
  }

  /** Tells viewers how things are, which may have shown what the user then declined. */
  announce(): void {
    this.#changed.fire();
  }

  get health(): BackendHealth {
    const { health } = this.#backend;
    return health === 'stopped' ? 'starting' : health;
  }

  /** Reads the header, then labels unless the settings say not to. */
  async open(): Promise<void> {
    const waiting = this.#edits.waiting || this.#recovered !== null;
    const wanted = waiting || (settings().labelOnOpen && !isLabelFile(this.name));
    const labelNow = wanted && this.#inspection === null;
    await this.#read(labelNow);
  }

  /** Shows what a test report says of this volume: its predictions and the truth. */
  inspect(inspection: Inspection): void {
    this.cancel();
    // Corrections that are not saved stay in sight, and the report's predictions out of it.
    if (!this.unsaved) this.#inspection = inspection;
    this.truth = truthOf(inspection);
    this.#showInspection();
    this.#changed.fire();
  }

  /** Labels made here replace the report's until it is opened from there again. */
  #showInspection(): void {
    if (!this.#inspection || !this.header) return;
    this.labels = { result: labelsOf(this.#inspection, this.header) };
    this.report = this.#inspection.report.model.title;
    this.labelling = { phase: 'idle' };
  }

  async #read(labelNow: boolean): Promise<void> {
    // Announced before anything is read, so that viewers don't flash "not labelled".
    if (labelNow && vscode.workspace.isTrusted)
      this.labelling = { phase: 'running', message: vscode.l10n.t('Starting'), fraction: null };
    if (this.uri.scheme !== 'file')
      return this.#fail({
        what: vscode.l10n.t('cannot read volume'),
        why: vscode.l10n.t('only files on disk can be shown; save a copy first'),
        file: this.uri.toString(true),
      });
    try {
      this.size = (await vscode.workspace.fs.stat(this.uri)).size;
    } catch {
      return this.#fail({
        what: vscode.l10n.t('cannot read volume'),
        why: vscode.l10n.t('the file is not there any more, or may not be read'),
        file: this.uri.fsPath,
      });
    }
    this.problem = null;
    this.#changed.fire();
    if (!(await this.#describe())) return;
    if (labelNow) await this.#label({ keep: true });
  }

  /** Header and models. @returns whether the volume can be used */
  async #describe(): Promise<boolean> {
    try {
      [this.header, this.models] = await Promise.all([
        this.#backend.request(requests.describe, { uri: this.uri.toString() }),
        this.#backend.request(requests.models, null),
      ]);
      this.#showInspection();
      if (!this.#inspection) void this.#findTruth();
      this.#changed.fire();
      return true;
    } catch (error) {
      if (error instanceof BackendError) this.#fail(error.problem);
      else this.#lost(error);
      return false;
    }
  }

  /** A rater's labels beside the volume or in the dataset's derivatives; without them, none are shown. */
  async #findTruth(): Promise<void> {
    if (isLabelFile(this.name)) return;
    const found = await this.#backend
      .request(requests.findTruth, { uri: this.uri.toString() })
      .catch((error: unknown) => {
        this.#backend.log.warn(`labels of ${this.name}: ${String(error)}`);
        return null;
      });
    if (!found || this.#inspection) return;
    this.truth = { source: vscode.workspace.asRelativePath(found.file), discs: found.discs };
    this.#changed.fire();
  }

  /** Labels, or labels again, without corrections by hand; a labelling under way is cancelled first. */
  async label(): Promise<void> {
    await this.#label({ keep: false });
  }

  /** @param keep whether corrections by hand stay */
  async #label({ keep }: { keep: boolean }): Promise<void> {
    this.#running?.cancel();
    const running = (this.#running = new vscode.CancellationTokenSource());
    this.#interrupted = false;
    this.#setLabelling({ phase: 'running', message: vscode.l10n.t('Starting'), fraction: null });
    try {
      const labels = await this.#backend.request(
        requests.label,
        {
          uri: this.uri.toString(),
          model: this.#model ?? undefined,
          levelShift: this.#levelShift ?? undefined,
          overlays: true,
        },
        {
          token: running.token,
          progress: (message, fraction) => {
            if (running === this.#running) this.#setLabelling({ phase: 'running', message, fraction });
          },
        },
      );
      if (running !== this.#running) return;
      this.labels = labels;
      this.report = null;
      this.#edits.found(labels.result.discs, { keep });
      const recovered = this.#recovered;
      this.#recovered = null;
      this.labelling = { phase: 'idle' };
      if (recovered) this.correct(vscode.l10n.t('Recover Corrections'), recovered);
      else this.#showDiscs();
    } catch (error) {
      if (running !== this.#running) return;
      if (error instanceof vscode.CancellationError) this.#setLabelling({ phase: 'idle' });
      else if (error instanceof BackendError) this.#setLabelling({ phase: 'failed', problem: error.problem });
      else this.#lost(error);
    } finally {
      if (running === this.#running) this.#running = null;
      running.dispose();
    }
  }

  cancel(): void {
    this.#running?.cancel();
  }

  /** Labels with another model. */
  async chooseModel(model: string): Promise<void> {
    this.#model = model;
    this.#levelShift = null;
    await this.label();
  }

  /** Names the discs as the user counts them: by so many levels below the model's names; null: as the model does. */
  async moveLevels(shift: number | null): Promise<void> {
    this.#levelShift = shift;
    await this.label();
  }

  /** The backend went away with our question; when it is back, we ask again. */
  #lost(error: unknown): void {
    if (error instanceof BackendUnavailable) {
      this.#interrupted = true;
      this.#setLabelling({ phase: 'idle' });
    } else {
      this.#backend.log.error(`${this.name}: ${String(error)}`);
      this.#setLabelling({
        phase: 'failed',
        problem: {
          what: vscode.l10n.t('labelling failed'),
          why: vscode.l10n.t('something unexpected happened; the log has the details'),
        },
      });
    }
  }

  #healthChanged(health: string): void {
    if (health === 'restarting' || health === 'failed') {
      // Overlay files went with the process that wrote them.
      this.#interrupted ||= this.labels !== null || this.header === null;
    } else if (health === 'ready' && this.#interrupted && !this.#running) {
      this.#interrupted = false;
      void this.#read(this.report === null && (this.labels !== null || settings().labelOnOpen));
    }
    this.#changed.fire();
  }

  async #fileChanged(): Promise<void> {
    this.version++;
    this.#edits.withdraw();
    this.labels = null;
    this.report = null;
    this.truth = null;
    this.#inspection = null;
    this.#levelShift = null;
    this.header = null;
    this.cancel();
    await this.open();
  }

  /** The volume can't be shown at all. */
  #fail(problem: ErrorData): void {
    this.problem = problem;
    this.labels = null;
    this.#setLabelling({ phase: 'idle' });
  }

  #setLabelling(labelling: Labelling): void {
    this.labelling = labelling;
    this.#changed.fire();
  }

  dispose(): void {
    this.cancel();
    this.#watcher.dispose();
    this.#listener.dispose();
    this.#changed.dispose();
    this.#corrected.dispose();
  }
}
