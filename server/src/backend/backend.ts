import {
  createConnection,
  ProposedFeatures,
  WorkDoneProgress,
  type CancellationToken,
  type Connection,
  type InitializeResult,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from 'vscode-languageserver/node';
import {
  notifications,
  type BackendStatus,
  type InitializationOptions,
  type RequestMethod,
  type WithProgress,
} from '../protocol/index.js';
import type { Work, WorkProgress } from '../work.js';
import { Activity } from './activity.js';
import { configurationCapabilities, speakConfiguration } from './configuration-language.js';
import { toResponseError } from './errors.js';
import { createHandlers, type Handlers } from './handlers/index.js';
import type { HandlerDependencies } from './handlers/types.js';
import { OverlayStore } from './overlays.js';
import type { ServiceFactories, Services, ServiceTools } from './services.js';

/** An `AbortSignal` that follows `$/cancelRequest`. */
function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/** Reports under the token of the request, if it brought one (`$/progress` with begin, report and end). */
function progressOf(connection: Connection, params: unknown): { report: Work['progress']; end(): void } {
  const token = (params as WithProgress | null)?.workDoneToken;
  if (token === undefined) return { report: () => {}, end: () => {} };
  const send = (value: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd): void =>
    void connection.sendProgress(WorkDoneProgress.type, token, value);
  let begun = false;
  return {
    report({ message, fraction }: WorkProgress) {
      const percentage = fraction === undefined ? undefined : Math.round(100 * fraction);
      if (begun) send({ kind: 'report', message, percentage });
      else send({ kind: 'begin', title: message, message, percentage, cancellable: true });
      begun = true;
    },
    end() {
      if (begun) send({ kind: 'end' });
    },
  };
}

/** Puts every handler on the connection, with cancellation, progress and errors as the protocol has them. */
function register(connection: Connection, handlers: Handlers): void {
  for (const method of Object.keys(handlers) as RequestMethod[]) {
    // The map's type ties parameters to handlers; a loop over its keys can't follow that.
    const handle = handlers[method] as (params: unknown, context: Work) => Promise<unknown>;
    connection.onRequest(method, async (params: unknown, token: CancellationToken) => {
      const progress = progressOf(connection, params);
      try {
        return await handle(params, { signal: signalOf(token), progress: progress.report });
      } catch (error) {
        throw toResponseError(error);
      } finally {
        progress.end();
      }
    });
  }
}

/** Services made when first asked for, one at a time, and ended together. */
class LazyServices {
  readonly #made = new Map<string, Promise<{ dispose(): Promise<void> }>>();
  readonly get: HandlerDependencies['services'];

  constructor(factories: ServiceFactories, tools: ServiceTools) {
    const areas = Object.keys(factories) as (keyof Services)[];
    const once = (area: keyof Services) => (): Promise<never> => {
      const known = this.#made.get(area);
      if (known) return known as Promise<never>;
      // The map's type ties areas to services; a loop over its keys can't follow that.
      const make = factories[area] as (
        tools: ServiceTools,
      ) => Services[keyof Services] | Promise<Services[keyof Services]>;
      const making = Promise.resolve(tools).then(make);
      this.#made.set(area, making);
      making.catch(() => this.#made.delete(area)); // the next request tries again
      return making as Promise<never>;
    };
    const entries: [string, unknown][] = areas.map((area) => [area, once(area)]);
    this.get = Object.fromEntries(entries) as HandlerDependencies['services'];
  }

  async dispose(): Promise<void> {
    const made = [...this.#made.values()];
    this.#made.clear();
    await Promise.all(made.map((service) => service.then((it) => it.dispose()).catch(() => {})));
  }
}

/**
 * The backend process: speaks JSON-RPC over the channel named on the command line (`--node-ipc` or `--stdio`) and
 * ends with its client, be it by `shutdown` and `exit`, a closed channel or the death of the client's process.
 */
export function startBackend(factories: ServiceFactories): void {
  const connection = createConnection(ProposedFeatures.all);
  let services: LazyServices | undefined;
  let overlays: OverlayStore | undefined;
  let language: { dispose(): void } | undefined;

  const dispose = async (): Promise<void> => {
    language?.dispose();
    await services?.dispose();
    overlays?.dispose();
  };

  connection.onInitialize(({ initializationOptions, capabilities }): InitializeResult => {
    const options = initializationOptions as InitializationOptions;
    const notify: ServiceTools['notify'] = (method, params) =>
      void connection.sendNotification(method, params);
    const report = (status: BackendStatus): void => notify(notifications.status, status);
    const activity = new Activity(report);
    overlays = new OverlayStore(options.overlaysFolder);
    void overlays.sweep();
    services = new LazyServices(factories, {
      options,
      log: (line) => connection.console.info(line),
      notify,
    });
    register(connection, createHandlers({ services: services.get, overlays, activity }));
    language = speakConfiguration(connection, services.get.configuration, capabilities);
    connection.onInitialized(() => report(activity.status));
    return { capabilities: configurationCapabilities, serverInfo: { name: 'disc-labeling' } };
  });
  connection.onShutdown(dispose);
  process.once('exit', () => overlays?.dispose());
  // Without its client the backend has nobody to work for.
  process.once('disconnect', () => process.exit(0));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void dispose().finally(() => process.exit(0)));
  connection.listen();
}
