import type { TrainingCommand, TrainingReport } from '@disc-labeling/server/training/events';
import { build } from 'esbuild';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { backend } from '../../scripts/bundles.mjs';
import { repositoryDir } from './shared.js';

/** A network and a training as small as they get. */
export const tinyTraining = {
  formatVersion: 1,
  name: 'tiny',
  network: {
    variant: 'light',
    inputChannels: 1,
    stacks: 1,
    blocks: 1,
    features: 4,
    joints: 4,
    attention: true,
  },
  data: { source: 'phantom', workers: 1, reuse: 1 },
  training: { epochs: 2, stepsPerEpoch: 2, trainBatch: 1, valBatch: 1, validationSize: 1 },
} as const;

/**
 * Bundles the command line and its processes as a build does, inside the repository so that packages are found.
 * @returns a new folder with `cli.mjs` and `training-worker.mjs`
 */
export async function bundleTraining(): Promise<string> {
  const cache = join(repositoryDir, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'training-'));
  await build({
    ...backend,
    bundle: true,
    entryPoints: {
      cli: 'server/src/cli.ts',
      'training-worker': 'server/src/training/worker.ts',
      'part-worker': 'models/src/parts/worker.ts',
      'sample-worker': 'server/src/dataset/stream/worker.ts',
      'phantom-worker': 'server/src/dataset/phantom/worker.ts',
    },
    absWorkingDir: repositoryDir,
    outdir: folder,
    logLevel: 'error',
  });
  return folder;
}

/** A training process and what it has told so far. */
export class Sitting {
  readonly reports: TrainingReport[] = [];
  /** Settled when the process is gone and all its reports are in. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly process: ChildProcess;
  /** What it said on stderr. */
  complaints = '';

  constructor(
    program: string,
    command: Partial<Extract<TrainingCommand, { kind: 'start' }>> & { output: string; config: unknown },
    {
      onReport = () => {},
      preload,
      environment = {},
    }: {
      onReport?: (report: TrainingReport, sitting: Sitting) => void;
      /** A module that is loaded before the program. */
      preload?: string;
      environment?: Record<string, string>;
    } = {},
  ) {
    this.process = fork(program, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: preload === undefined ? [] : ['--import', preload],
      env: { ...process.env, ...environment },
    });
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.complaints += text));
    this.process.on('message', (report: TrainingReport) => {
      this.reports.push(report);
      onReport(report, this);
    });
    this.ended = new Promise((settle) => {
      this.process.on('close', (code, signal) => settle({ code, signal }));
      // Once disconnected from here there is no `close`.
      this.process.on('exit', (code, signal) => this.process.connected || settle({ code, signal }));
    });
    const start: TrainingCommand = {
      kind: 'start',
      resume: false,
      engine: 'auto',
      threads: 1,
      command: 'test',
      ...command,
    };
    this.process.send(start);
  }

  cancel(): void {
    this.process.send({ kind: 'cancel' } satisfies TrainingCommand);
  }

  /** The reports of one kind. */
  told<K extends TrainingReport['kind']>(kind: K): Extract<TrainingReport, { kind: K }>[] {
    return this.reports.filter(
      (report): report is Extract<TrainingReport, { kind: K }> => report.kind === kind,
    );
  }
}
