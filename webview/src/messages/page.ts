/**
 * How the extension host and any of its pages (webviews) talk: the page says `ready` and gets one complete state, and
 * a new complete state whenever something changes; a request carries an id and its answer the same id.
 */

/** Extension host → page. */
export type ToPage<State, Action = never> =
  | { readonly type: 'state'; readonly state: State }
  /** Something the palette asks of the page. */
  | { readonly type: 'action'; readonly action: Action }
  | { readonly type: 'answer'; readonly id: number; readonly error?: string };

/** Page → extension host. */
export type FromPage<Request> =
  /** Sent once, when the page can receive. */
  | { readonly type: 'ready' }
  | { readonly type: 'request'; readonly id: number; readonly request: Request }
  /** Something the log should keep, e.g. that WebGL is missing. */
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string };
