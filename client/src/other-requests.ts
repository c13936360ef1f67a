/** Requests whose messages are drawn up, but which not every backend answers. */
import type { ConfigurationSummary, RunSummary } from '@disc-labeling/server/protocol';
import type { Backend } from './backend.js';

/** JSON-RPC: nobody answers such a request. */
const methodNotFound = -32601;

const ask = <T>(backend: Backend, method: string, params: unknown): Promise<T> =>
  (backend.request as unknown as (method: string, params: unknown) => Promise<T>).call(
    backend,
    method,
    params,
  );

/** Runs below folders, newest first; none where the backend knows no runs. */
export const listRuns = (backend: Backend, folders: readonly string[]): Promise<readonly RunSummary[]> =>
  ask<readonly RunSummary[]>(backend, 'discLabeling/runs', { folders }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === methodNotFound) return [];
    throw error;
  });

/** What a configuration file comes to. @throws BackendError with the first thing wrong with it */
export const configurationAt = (backend: Backend, uri: string): Promise<ConfigurationSummary> =>
  ask(backend, 'discLabeling/configuration', { uri });
