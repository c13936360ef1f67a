import {
  notifications,
  userErrorCode,
  type BackendStatus,
  type ErrorData,
  type InitializationOptions,
  type NotificationMethod,
  type Notifications,
  type RequestMethod,
  type Requests,
} from '@disc-labeling/server/protocol';
import type { BackendHealth } from '@disc-labeling/webview/messages';
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  ResponseError,
  State,
  TransportKind,
  WorkDoneProgress,
} from 'vscode-languageclient/node';
import { configurationDocuments } from './configuration.js';
import { RestartPolicy } from './restart-policy.js';
import { settings } from './settings.js';
import { messageOf } from './words.js';

/** Not started is a state of its own here; viewers see it as `starting`. */
export type Health = BackendHealth | 'stopped';

/** A failure the backend put in words for the user. */
export class BackendError extends Error {
  constructor(readonly problem: ErrorData) {
    super(`${problem.what}: ${problem.why}`);
  }
}

/** A failure as a page shows it. @param what failed, where the backend has no words for it @param file it is about */
export const problemOf = (error: unknown, what: string, file: string): ErrorData =>
  error instanceof BackendError ? error.problem : { what, why: messageOf(error), file };

/** The backend is not there to answer. */
export class BackendUnavailable extends Error {}

export interface RequestOptions {
  readonly token?: vscode.CancellationToken;
  /** Reports `$/progress` of this request. */
  readonly progress?: (message: string, fraction: number | null) => void;
}

/**
 * The life of the backend: started when first needed and trusted, restarted after a crash, given up after
 * repeated crashes. Lists of things to clean up are kept apart: `#client` goes with every stop, the rest with the
 * extension.
 */
export class Backend implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('Disc Labeling', { log: true });
  readonly #trace = vscode.window.createOutputChannel('Disc Labeling Trace', { log: true });
  readonly #healthChanged = new vscode.EventEmitter<Health>();
  readonly #statusChanged = new vscode.EventEmitter<BackendStatus | null>();
  readonly onDidChangeHealth = this.#healthChanged.event;
  readonly onDidChangeStatus = this.#statusChanged.event;
  /** Those who want to hear of a notification; each client that is started passes them on. */
  readonly #notified = new vscode.EventEmitter<{ readonly method: string; readonly params: unknown }>();
  readonly #policy = new RestartPolicy();
  readonly #module: string;
  readonly #overlays: vscode.Uri;
  #client: LanguageClient | null = null;
  #starting: Promise<void> | null = null;
  #stopping = false;
  #health: Health = vscode.workspace.isTrusted ? 'stopped' : 'untrusted';
  #status: BackendStatus | null = null;

  constructor(context: vscode.ExtensionContext) {
    this.#module = context.asAbsolutePath('dist/server.mjs');
    this.#overlays = vscode.Uri.joinPath(context.globalStorageUri, 'overlays');
  }

  get health(): Health {
    return this.#health;
  }

  /** What the backend said last; null while it is not running. */
  get status(): BackendStatus | null {
    return this.#status;
  }

  /** Folder of overlay volumes, which viewers may read. */
  get overlaysFolder(): vscode.Uri {
    return this.#overlays;
  }

  /** Starts unless it runs. @throws BackendUnavailable where it may not or can't */
  async start(): Promise<void> {
    if (this.#health === 'ready') return;
    if (!vscode.workspace.isTrusted) {
      this.#setHealth('untrusted');
      throw new BackendUnavailable(vscode.l10n.t('the workspace is not trusted'));
    }
    await (this.#starting ??= this.#launch().finally(() => (this.#starting = null)));
  }

  /** The user trusts the workspace now. */
  trusted(): void {
    if (this.#health === 'untrusted') this.#setHealth('stopped');
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    this.#stopping = true;
    try {
      // A backend that is dead or still starting can't be asked to stop; disposing of it is enough.
      if (client?.state === State.Running) await client.stop(2000);
      await client?.dispose().catch(() => {});
    } catch (error) {
      this.log.warn(`stopping the backend: ${String(error)}`);
    } finally {
      this.#stopping = false;
      this.#setStatus(null);
      if (this.#health !== 'untrusted') this.#setHealth('stopped');
    }
  }

  /** Stops and starts, forgetting earlier crashes. */
  async restart(): Promise<void> {
    this.log.info('restarting the backend');
    this.#policy.reset();
    await this.stop();
    await this.start();
  }

  /**
   * Asks the backend, starting it first if need be.
   * @throws BackendError with the backend's own words, BackendUnavailable, or CancellationError
   */
  async request<Method extends RequestMethod>(
    method: Method,
    params: Requests[Method]['params'],
    { token, progress }: RequestOptions = {},
  ): Promise<Requests[Method]['result']> {
    await this.start();
    const client = this.#client;
    if (!client || this.#health !== 'ready')
      throw new BackendUnavailable(vscode.l10n.t('the backend is not running'));
    const workDoneToken = progress && randomUUID();
    const listening =
      workDoneToken === undefined
        ? undefined
        : client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
            if (value.kind !== 'end')
              progress?.(value.message ?? '', value.percentage === undefined ? null : value.percentage / 100);
          });
    try {
      const sent = workDoneToken === undefined ? params : { ...params, workDoneToken };
      // A token that is undefined would travel as a second parameter.
      return await (token
        ? client.sendRequest<Requests[Method]['result']>(method, sent, token)
        : client.sendRequest<Requests[Method]['result']>(method, sent));
    } catch (error) {
      throw this.#translate(error, token);
    } finally {
      listening?.dispose();
    }
  }

  /** Listens to what the backend tells, whichever process it is by now. */
  onNotification<Method extends NotificationMethod>(
    wanted: Method,
    listener: (params: Notifications[Method]) => void,
  ): vscode.Disposable {
    return this.#notified.event(({ method, params }) => {
      if (method === wanted) listener(params as Notifications[Method]);
    });
  }

  #translate(error: unknown, token: vscode.CancellationToken | undefined): unknown {
    if (token?.isCancellationRequested) return new vscode.CancellationError();
    if (error instanceof ResponseError && error.code === userErrorCode)
      return new BackendError(error.data as ErrorData);
    // What was under way when the backend died ends with a connection error.
    if (this.#health !== 'ready' || this.#client?.state !== State.Running)
      return new BackendUnavailable(vscode.l10n.t('the backend stopped'));
    return error;
  }

  async #launch(): Promise<void> {
    this.#setHealth('starting');
    const client = this.#createClient();
    this.#client = client;
    client.onNotification(notifications.status, (status: BackendStatus) => this.#setStatus(status));
    for (const method of Object.values(notifications))
      if (method !== notifications.status)
        client.onNotification(method, (params: unknown) => this.#notified.fire({ method, params }));
    client.onDidChangeState(({ newState }) => {
      if (client !== this.#client) return;
      if (newState === State.Running) this.#setHealth('ready');
      else this.#setStatus(null);
    });
    try {
      await client.start();
      this.log.info(`backend started (${this.#module})`);
    } catch (error) {
      this.log.error(`the backend did not start: ${String(error)}`);
      if (client === this.#client) this.#giveUp();
      throw new BackendUnavailable(vscode.l10n.t('the backend did not start'), { cause: error });
    }
  }

  #createClient(): LanguageClient {
    const { defaultModel, engine, threads } = settings();
    const options: InitializationOptions = {
      overlaysFolder: this.#overlays.fsPath,
      defaultModel: defaultModel || undefined,
      engine,
      threads: threads > 0 ? threads : undefined,
    };
    const run = { module: this.#module, transport: TransportKind.ipc };
    return new LanguageClient(
      'discLabeling',
      'Disc Labeling',
      { run, debug: { ...run, options: { execArgv: ['--nolazy', '--inspect=6019'] } } },
      {
        documentSelector: configurationDocuments,
        initializationOptions: options,
        outputChannel: this.log,
        traceOutputChannel: this.#trace,
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => this.#closed(),
        },
      },
    );
  }

  /** The connection is gone: a crash, unless we ended it. */
  #closed(): { action: CloseAction; handled: boolean } {
    this.#setStatus(null);
    if (this.#stopping) return { action: CloseAction.DoNotRestart, handled: true };
    if (this.#policy.crashed(Date.now())) {
      this.log.warn('the backend died; starting it again');
      this.#setHealth('restarting');
      return { action: CloseAction.Restart, handled: true };
    }
    this.log.error('the backend died repeatedly; it is not started again');
    this.#giveUp();
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  #giveUp(): void {
    this.#setHealth('failed');
    const showLog = vscode.l10n.t('Show Log');
    const restart = vscode.l10n.t('Restart');
    void vscode.window
      .showErrorMessage(
        vscode.l10n.t('The disc labelling backend keeps stopping and was not started again.'),
        showLog,
        restart,
      )
      .then((choice) => {
        if (choice === showLog) this.log.show();
        if (choice === restart) return this.restart();
      })
      .then(undefined, (error: unknown) => this.log.error(String(error)));
  }

  #setHealth(health: Health): void {
    if (health === this.#health) return;
    this.#health = health;
    this.#healthChanged.fire(health);
  }

  #setStatus(status: BackendStatus | null): void {
    this.#status = status;
    this.#statusChanged.fire(status);
  }

  /** @returns a promise, which `deactivate` awaits */
  async dispose(): Promise<void> {
    await this.stop();
    this.#healthChanged.dispose();
    this.#statusChanged.dispose();
    this.#notified.dispose();
    this.#trace.dispose();
    this.log.dispose();
  }
}
