import type { EngineId } from '@disc-labeling/models/engines/types';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { backend } from '../../scripts/bundles.mjs';
import { repositoryDir } from './shared.js';

/** What `engine-program.ts` prints. */
export interface EngineRun {
  readonly engine: string;
  readonly heatmaps: number[];
  readonly training: {
    readonly engine: string;
    readonly loss: number;
    readonly gradients: number[];
    readonly statistics: number[];
  } | null;
}

/** Bundles the command line, its processes and the program above, as a build does, into a folder inside the repository. */
export async function bundleEngines(folder: string): Promise<void> {
  await build({
    ...backend,
    entryPoints: {
      cli: 'server/src/cli.ts',
      'engine-probe': 'models/src/engines/probe-program.ts',
      'inference-worker': 'models/src/engines/worker.ts',
      'engine-program': 'test/support/engine-program.ts',
    },
    absWorkingDir: repositoryDir,
    outdir: folder,
    bundle: true,
    logLevel: 'error',
  });
}

/** Runs a bundled program to its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 28 };
    execFile(process.execPath, [file, ...args], options, (error, out, err) => {
      // The program ends itself by a kill once it has answered.
      if (error && !out.endsWith('\n')) reject(new Error(`${error.message}\n${err}`));
      else resolve({ out, err });
    });
  });
}

/** A tiny network on an engine, in a process of its own. */
export async function runEngine(
  folder: string,
  engine: EngineId,
  variant: 'light' | 'reference',
  env?: NodeJS.ProcessEnv,
): Promise<EngineRun> {
  const { out } = await runProgram(join(folder, 'engine-program.mjs'), [engine, variant], env);
  return JSON.parse(out) as EngineRun;
}

/** Where Chromium keeps its software graphics processor. */
const softwareDrivers = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map(
  (folder) => join(folder, 'vk_swiftshader_icd.json'),
);

/**
 * The environment in which WebGPU finds a software graphics processor; null where this machine has none. Missing
 * it in CI is an error.
 */
export function softwareGraphics(): NodeJS.ProcessEnv | null {
  const driver = process.platform === 'linux' ? softwareDrivers.find((file) => existsSync(file)) : undefined;
  if (driver !== undefined) return { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver };
  if (process.env['CI']) throw new Error('no software graphics processor: install chromium and libvulkan1');
  console.warn('skipped: no software graphics processor is here (chromium and libvulkan1 bring one)');
  return null;
}
