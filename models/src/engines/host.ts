import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import type { HostMessage, RunRequest, WorkerMessage, WorkerSetup } from './messages.js';
import { isOnnxRuntime } from './providers.js';
import type { EngineId } from './types.js';

/** Where a network runs: another thread, or another process. */
export interface Host {
  send(request: RunRequest): void;
  onMessage(listener: (message: WorkerMessage) => void): void;
  /** It is gone, or never came up. */
  onEnd(listener: (error: Error) => void): void;
  /** Whether it keeps this process alive. */
  hold(alive: boolean): void;
  close(): Promise<void>;
}

/**
 * Engines on graphics processors run in a process of their own: their drivers can crash, which must not take the
 * backend along. All others run in a thread, which is quicker to start and to talk to.
 */
export function openHost(engine: EngineId, program: string, setup: WorkerSetup): Host {
  const onGraphics = engine === 'webgpu' || engine === 'tensorflow-gpu' || isOnnxRuntime(engine);
  return onGraphics && engine !== 'onnxruntime-cpu'
    ? processHost(program, setup)
    : threadHost(program, setup);
}

function threadHost(program: string, setup: WorkerSetup): Host {
  const worker = new Worker(program, { workerData: setup });
  return {
    send: (request) => worker.postMessage(request),
    onMessage: (listener) => worker.on('message', listener),
    onEnd: (listener) => {
      worker.on('error', listener);
      worker.on('exit', () => listener(new Error('the network was closed')));
    },
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    close: async () => void (await worker.terminate()),
  };
}

function processHost(program: string, setup: WorkerSetup): Host {
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    execArgv: [],
  });
  let complaints = '';
  child
    .stderr!.setEncoding('utf8')
    .on('data', (text: string) => (complaints = (complaints + text).slice(-2000)));
  const send = (message: HostMessage) => {
    if (child.connected) child.send(message);
  };
  send({ kind: 'setup', setup });
  return {
    send: (request) => send({ kind: 'run', request }),
    onMessage: (listener) => child.on('message', listener),
    onEnd: (listener) => {
      child.on('error', listener);
      child.on('close', (code, signal) => {
        const last = complaints.trim().split('\n').at(-1);
        listener(new Error(`its process ended (${signal ?? `status ${code}`}${last ? `: ${last}` : ''})`));
      });
    },
    hold(alive) {
      const parts = [child, child.channel, child.stderr as unknown as { ref?(): void; unref?(): void }];
      for (const part of parts)
        if (alive) part?.ref?.();
        else part?.unref?.();
    },
    close: async () => void child.kill('SIGKILL'),
  };
}
