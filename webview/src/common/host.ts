import type { FromPage, ToPage } from '../messages/page.js';

export interface HostListener<State, Action = never> {
  state(state: State): void;
  action?(action: Action): void;
}

/** The extension host as a page sees it: typed messages, requests with answers, memory across reloads. */
export class Host<State, Request, Action = never, Memory = unknown> {
  readonly #api = acquireVsCodeApi<Memory>();
  readonly #waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  #next = 1;

  /** Listens, and says `ready`. */
  connect(listener: HostListener<State, Action>): void {
    window.addEventListener('message', ({ data }: MessageEvent<ToPage<State, Action>>) => {
      switch (data.type) {
        case 'state':
          return listener.state(data.state);
        case 'action':
          return listener.action?.(data.action);
        case 'answer':
          return this.#answer(data);
      }
    });
    this.#send({ type: 'ready' });
  }

  /** Resolves once the host has done it. @throws Error with the host's sentence where it could not */
  request(request: Request): Promise<void> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ type: 'request', id, request });
    });
  }

  log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#send({ type: 'log', level, message });
  }

  /** What this page remembered before it was reloaded or restored. */
  get memory(): Memory | undefined {
    return this.#api.getState();
  }

  set memory(memory: Memory) {
    this.#api.setState(memory);
  }

  #answer({ id, error }: { readonly id: number; readonly error?: string }): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(new Error(error));
  }

  #send(message: FromPage<Request>): void {
    this.#api.postMessage(message);
  }
}
