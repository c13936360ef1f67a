/**
 * Makes a fresh checkout ready: installs what package-lock.json names, once per change of that file.
 * Uses Node's own modules only, since nothing else is there yet.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in the repository, its output shown; ends this process with the program's status if it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
    env: { ...process.env, ...options.env },
  });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Installs the dependencies unless the ones there are those of the current lock file. */
export function ensureDependencies() {
  const stamp = `${root}node_modules/.disc-labeling-setup`;
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing dependencies (once per change of package-lock.json) …');
  // The variable keeps npm 10 and older, which ignore `allowScripts`, from downloading CUDA libraries.
  run('npm', ['ci', '--no-audit', '--no-fund'], { env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } });
  writeFileSync(stamp, wanted);
}

/** Builds dist/ from the sources. */
export function buildProduct(...options) {
  run(process.execPath, ['scripts/build.mjs', ...options]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureDependencies();
