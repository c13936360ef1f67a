import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compareWithCpu, examine, type Examination, type Trial } from './examine.js';
import { whyAbsent } from './presence.js';
import { defaultThreads } from './threads.js';
import type { EngineId } from './types.js';

/** From the probing process. */
export type ProbeMessage =
  | { readonly kind: 'works'; readonly found: Examination }
  | { readonly kind: 'trial'; readonly trial: Trial }
  | { readonly kind: 'failed'; readonly message: string };

/** What is known of an engine on this machine. */
export type Probe =
  | ({ readonly available: true; readonly trial: Trial | null } & Examination)
  | { readonly available: false; readonly reason: string };

export interface ProbeOptions {
  /** Whether to run a network for comparison as well, which takes seconds. Default false. */
  readonly trial?: boolean;
  /** Milliseconds after which an engine that says nothing is given up. */
  readonly limit?: number;
  /** The program to probe with; found by itself when absent. Null: none, everything in this process. */
  readonly program?: string | null;
}

const results = new Map<string, Promise<Probe>>();

/** Whether an engine works here, found out by using it; asked once per process, never throws. */
export function probe(id: EngineId, { trial = false }: { trial?: boolean } = {}): Promise<Probe> {
  const key = `${id} ${trial}`;
  const known = results.get(key) ?? (results.get(`${id} true`) || probeNow(id, { trial }));
  results.set(key, known);
  return known;
}

/** The same without remembering. */
export async function probeNow(
  id: EngineId,
  { trial = false, limit = trial ? 30_000 : 15_000, program = findProgram() }: ProbeOptions = {},
): Promise<Probe> {
  const reason = whyAbsent(id);
  if (reason !== null) return { available: false, reason };
  return program === null ? probeHere(id, trial) : probeInProcess(program, id, trial, limit);
}

/** Beside this file in a bundle; in `dist` of a checkout when run from sources. */
function findProgram(): string | null {
  const places = ['./engine-probe.mjs', '../../../dist/engine-probe.mjs'];
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync) ?? null;
}

async function probeHere(id: EngineId, trial: boolean): Promise<Probe> {
  try {
    const found = await examine(id);
    const compared = trial && !found.software ? await compareWithCpu(id, defaultThreads()) : null;
    return { available: true, trial: compared, ...found };
  } catch (error) {
    return { available: false, reason: shortReason(error instanceof Error ? error.message : String(error)) };
  }
}

function probeInProcess(program: string, id: EngineId, trial: boolean, limit: number): Promise<Probe> {
  return new Promise((resolve) => {
    const child = fork(program, [id, trial ? 'trial' : 'examine'], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      execArgv: [],
    });
    let found: Examination | undefined;
    let complaints = '';
    const settle = (outcome: Probe) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(outcome);
    };
    // An engine that adds numbers works, even where its trial comes to nothing.
    const giveUp = (reason: string) =>
      settle(
        found === undefined
          ? { available: false, reason: shortReason(reason) }
          : { available: true, trial: null, ...found },
      );
    const timer = setTimeout(() => giveUp(`it did not answer within ${limit / 1000} s`), limit);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-4000);
    });
    child.on('error', (error) => giveUp(error.message));
    child.on('message', (message: ProbeMessage) => {
      if (message.kind === 'failed') return giveUp(message.message);
      if (message.kind === 'trial') return settle({ available: true, trial: message.trial, ...found! });
      found = message.found;
      if (!trial || found.software) settle({ available: true, trial: null, ...found });
    });
    child.on('close', (code, signal) => giveUp(deathNote(code, signal, complaints)));
  });
}

function deathNote(code: number | null, signal: NodeJS.Signals | null, complaints: string): string {
  const last = complaints.trim().split('\n').at(-1);
  return `it crashed when tried (${signal ?? `status ${code}`}${last ? `: ${last}` : ''})`;
}

function shortReason(message: string): string {
  if (/WebGpuContext.*adapter/s.test(message)) return 'no graphics processor answers through WebGPU';
  return message.split('\n')[0].slice(0, 200);
}
