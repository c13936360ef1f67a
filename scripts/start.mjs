/**
 * `npm start`: sets everything up, writes a demo workspace of synthetic subjects and opens one of their
 * volumes with its discs labelled: in VS Code where it is installed, otherwise in VS Code for the
 * browser. `-- --headless` labels the volume on the command line and writes its picture instead.
 * Other words: `--browser` (even where VS Code is installed), `--port N`, `--no-open` (print the address only).
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureCodeServer, startCodeServer } from './code-server.mjs';
import { buildProduct, ensureDependencies, root, run } from './setup.mjs';

const { values: options } = parseArgs({
  options: {
    headless: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    port: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
  },
});

const demo = join(root, 'demo');
const volume = join(demo, 'sub-001', 'anat', 'sub-001_T1w.nii.gz');

ensureDependencies();
buildProduct();
writeDemo();
if (options.headless) labelOnCommandLine();
else if (!options.browser && hasDesktopEditor()) openDesktop();
else await openBrowser();

function cli(...args) {
  run(process.execPath, ['dist/cli.mjs', ...args]);
}

/** Two subjects, T1w and T2w, as a BIDS dataset; kept when it is there. */
function writeDemo() {
  if (existsSync(volume)) return;
  console.error('Writing the demo workspace: two synthetic subjects …');
  cli('dataset', 'synthesize', 'demo', '--subjects', '2', '--seed', '1', '--contrast', 'both');
}

function labelOnCommandLine() {
  cli('label', volume, '--output', join(root, 'out'), '--picture');
  console.error(`Label volume, sidecar and picture: ${join(root, 'out')}`);
}

function hasDesktopEditor() {
  const { status } = spawnSync('code', ['--version'], {
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  return status === 0;
}

function openDesktop() {
  run('code', ['--new-window', `--extensionDevelopmentPath=${root}`, demo, volume]);
}

async function openBrowser() {
  run(process.execPath, ['scripts/package.mjs']);
  ensureCodeServer();
  const { vsixPath } = await import('./vsix.mjs');
  const profile = mkdtempSync(join(tmpdir(), 'disc-labeling-'));
  mkdirSync(profile, { recursive: true });
  const server = await startCodeServer({
    vsix: vsixPath,
    folder: demo,
    profile,
    port: options.port === undefined ? undefined : Number(options.port),
  });
  const address = server.url(volume);
  console.log(`VS Code with the demo volume: ${address}\nCtrl-C ends it.`);
  if (!options['no-open']) openInBrowser(address);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.stop());
  await new Promise((resolve) => server.process.once('exit', resolve));
}

/** Opens the user's browser; where there is none, the printed address serves. */
function openInBrowser(address) {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
