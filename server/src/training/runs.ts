import { CancelledError, UserError } from '@disc-labeling/models/errors';
import type { EngineChoice } from '@disc-labeling/models/engines/types';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrainingConfig } from './config.js';
import { blamesEngine } from './engine.js';
import type { TrainingCommand, TrainingEvent, TrainingReport, TrainingSummary } from './events.js';
import { RunFolder } from './run-folder.js';

export interface RunOptions {
  /** Go on from the run folder's last checkpoint. */
  readonly resume?: boolean;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  /** The command line or action that started it, for the model card. */
  readonly command?: string;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /**
   * Leaves the training process to itself, as if its starter had died: it stops with a checkpoint and notes in the log
   * that it was interrupted. The promise is not settled any more.
   */
  readonly abandon?: AbortSignal;
  /** Niceness of the training process, -20 (first) to 19 (last); by default it is like everybody. */
  readonly priority?: number;
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Where the training process's program lies; found by itself when absent. */
  readonly program?: string;
}

/**
 * Trains in a process of its own, so that a training that dies takes nothing with it. Should a graphics processor's
 * driver crash it, training goes on from the last checkpoint on the CPU.
 * @param output the run folder
 * @returns what was reached
 * @throws UserError when it fails or its process dies, CancelledError when aborted (a checkpoint is on disk)
 */
export async function runTraining(
  config: TrainingConfig,
  output: string,
  options: RunOptions = {},
): Promise<TrainingSummary> {
  try {
    return await runOnce(config, output, options);
  } catch (error) {
    if (!(error instanceof EngineCrash)) throw error;
    const message = `${error.message}; going on with onnxruntime-cpu`;
    options.onEvent?.({ kind: 'notice', engine: 'onnxruntime-cpu', message });
    const folder = new RunFolder(output);
    await folder.log(message);
    const resume = options.resume === true || existsSync(folder.state());
    return runOnce(config, output, { ...options, engine: 'onnxruntime-cpu', resume });
  }
}

/** A training's process crashed while another engine than the CPU computed. */
class EngineCrash extends Error {}

async function runOnce(
  config: TrainingConfig,
  output: string,
  options: RunOptions,
): Promise<TrainingSummary> {
  if (options.signal?.aborted) throw new CancelledError();
  const child = fork(options.program ?? workerProgram(), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  yieldTo(child, options.priority);
  const cancel = () => send(child, { kind: 'cancel' });
  const abandon = () => leaveAlone(child);
  options.signal?.addEventListener('abort', cancel, { once: true });
  options.abandon?.addEventListener('abort', abandon, { once: true });
  try {
    const outcome = outcomeOf(child, options);
    send(child, {
      kind: 'start',
      config,
      output: resolve(output),
      resume: options.resume === true,
      engine: options.engine ?? 'auto',
      threads: options.threads ?? null,
      command: options.command ?? 'runTraining',
    });
    return await outcome;
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    options.abandon?.removeEventListener('abort', abandon);
    // Its work is over whatever happened; a process that lingers would hold its memory.
    setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
  }
}

/** Gives others the processor first; the threads a process starts later are like its first. */
function yieldTo(child: ChildProcess, priority: number | undefined): void {
  if (priority === undefined || child.pid === undefined) return;
  try {
    setPriority(child.pid, priority);
  } catch {
    // Gone already, or a system without priorities: training at the usual one is no failure.
  }
}

function leaveAlone(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  child.stderr?.destroy();
  child.unref();
}

function send(child: ChildProcess, command: TrainingCommand): void {
  if (child.connected) child.send(command);
}

/** Follows a training process to its end. */
function outcomeOf(
  child: ChildProcess,
  { onEvent, engine: choice = 'auto' }: RunOptions,
): Promise<TrainingSummary> {
  return new Promise((fulfil, reject) => {
    let engine: string | null = choice === 'auto' ? null : choice;
    let complaints = '';
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (complaints = (complaints + text).slice(-2000)));
    child.on('message', (report: TrainingReport) => {
      if ('engine' in report) engine = report.engine;
      switch (report.kind) {
        case 'done':
          onEvent?.(report);
          fulfil(report.summary);
          break;
        case 'cancelled':
          reject(new CancelledError(`training stopped at step ${report.step}; go on with --resume`));
          break;
        case 'error':
          reject(failure(report));
          break;
        default:
          onEvent?.(report);
      }
    });
    child.on('error', (error) => reject(new UserError('cannot start training', error.message)));
    // Messages still in the pipe arrive before `close`, but not always before `exit`.
    child.on('close', (code, signal) =>
      reject(
        blamesEngine(engine, signal)
          ? new EngineCrash(`training crashed on ${engine} (${signal})`)
          : death(code, signal, complaints),
      ),
    );
  });
}

function failure(report: Extract<TrainingReport, { kind: 'error' }>): Error {
  if (report.stack === undefined) return new UserError(report.what, report.why, report.file);
  const error = new Error(`${report.what}: ${report.why}`);
  error.stack = report.stack;
  return error;
}

function death(code: number | null, signal: NodeJS.Signals | null, complaints: string): UserError {
  const last = complaints.trim().split('\n').at(-1);
  const how =
    signal === 'SIGKILL'
      ? 'its process was killed, probably for lack of memory; a smaller --train-batch needs less'
      : `its process ended unexpectedly (${signal ?? `status ${code}`}${last ? `: ${last}` : ''})`;
  return new UserError('training stopped', `${how}; the last checkpoint can be continued with --resume`);
}

/** Beside this file in a bundle; in `dist` of the checkout when run from sources. */
function workerProgram(): string {
  const places = ['./training-worker.mjs', '../../../dist/training-worker.mjs'];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (found === undefined)
    throw new UserError('cannot start training', 'training-worker.mjs is missing; build the project first');
  return found;
}
