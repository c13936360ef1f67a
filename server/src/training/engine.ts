import type { EngineNotice } from '@disc-labeling/models/engines/types';
import type { TrainingEvent } from './events.js';
import type { RunFolder } from './run-folder.js';

/** Engines that compute on the CPU: when a training dies there, another engine would not help. */
const onCpu: readonly string[] = ['onnxruntime-cpu', 'tensorflow', 'cpu'];

/** Whether another engine could go on where a training's process crashed. SIGKILL is no crash but lack of memory. */
export function blamesEngine(engine: string | null, signal: NodeJS.Signals | null): boolean {
  return engine !== null && !onCpu.includes(engine) && signal !== null && crashes.includes(signal);
}

const crashes: readonly NodeJS.Signals[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/** Passes on what engines have to tell, and writes it to the run's log, whose folder is there once training starts. */
export class EngineLog {
  private waiting: string[] | null = [];

  constructor(
    private readonly folder: RunFolder,
    private readonly report: (event: TrainingEvent) => void,
  ) {}

  notice({ engine, message }: EngineNotice): void {
    this.report({ kind: 'notice', engine, message });
    if (this.waiting === null) void this.folder.log(message);
    else this.waiting.push(message);
  }

  event(event: TrainingEvent): void {
    this.report(event);
    if (event.kind !== 'started' || this.waiting === null) return;
    const lines = this.waiting;
    this.waiting = null;
    for (const line of lines) void this.folder.log(line);
  }
}
