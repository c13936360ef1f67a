/**
 * VS Code in a browser: `code-server` from the npm registry, in a cached folder of its own (its
 * installation is long, so it is no dependency of the project). `npm start` uses it where VS Code is
 * not installed, the end-to-end tests always.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Newest version seen to work, and the Node it needs (its native modules are built for that one). */
const packages = { 'code-server': '4.139.1', node: '24.21.0' };

/** Where code-server lives; `DISC_EDITOR_DIR` puts it elsewhere. */
export const editorFolder =
  process.env.DISC_EDITOR_DIR ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'disc-labeling', 'code-server');

const entry = join(editorFolder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
const nodeBinary = join(editorFolder, 'node_modules', 'node', 'bin', 'node');
const stamp = join(editorFolder, 'installed.json');

/** True once {@link ensureCodeServer} has finished on this machine. */
export function hasCodeServer() {
  return existsSync(stamp) && existsSync(entry) && existsSync(nodeBinary);
}

/** Installs code-server unless it is there; two minutes, from the npm registry. */
export function ensureCodeServer() {
  if (hasCodeServer()) return;
  console.error(`Installing VS Code for the browser into ${editorFolder} (once, about two minutes) …`);
  mkdirSync(editorFolder, { recursive: true });
  writeFileSync(join(editorFolder, 'package.json'), '{ "name": "disc-labeling-editor", "private": true }');
  for (const [name, version] of Object.entries(packages).reverse()) installPackage(`${name}@${version}`);
  writeFileSync(stamp, JSON.stringify(packages));
}

/** code-server's own script installs more packages, in npm's order: see {@link install}. */
const attempts = 3;

/** Node comes first: code-server's own installation has to run on it. */
function installPackage(specifier) {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (install(specifier)) return;
    if (attempt < attempts) console.error(`${specifier} could not be installed; trying again …`);
  }
  throw new Error(
    `${specifier} could not be installed; on Debian code-server needs libkrb5-dev, libsecret-1-dev, pkg-config, make and g++`,
  );
}

/**
 * Packages' scripts run once all is in place: npm otherwise may run one before the programs that it calls may be executed.
 * @returns whether npm succeeded
 */
function install(specifier) {
  return npm('install', '--ignore-scripts', '--no-audit', '--no-fund', specifier) && npm('rebuild');
}

function npm(...args) {
  const { status } = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd: editorFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PATH: [dirname(nodeBinary), process.env.PATH].join(delimiter),
      // code-server's postinstall refuses to run as root without this.
      npm_config_unsafe_perm: 'true',
    },
  });
  return status === 0;
}

/** A TCP port nobody listens on. */
export async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** User settings for demo and tests: no welcome page, no side shows. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.tips.enabled': false,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
};

/**
 * Starts VS Code for the browser with one extension, and waits until it answers.
 *
 * @param {{ vsix: string, folder: string, profile: string, port?: number, settings?: object, args?: string[] }} options
 *   `profile`: folder for user data and extensions
 * @returns {Promise<{ port: number, process: import('node:child_process').ChildProcess, url(file?: string): string, stop(): Promise<void> }>}
 */
export async function startCodeServer({ vsix, folder, profile, port, settings = {}, args = [] }) {
  port ??= await freePort();
  const userData = join(profile, 'user-data');
  const extensions = join(profile, 'extensions');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(
    join(userData, 'User', 'settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
  const common = ['--user-data-dir', userData, '--extensions-dir', extensions];
  const environment = { ...process.env };
  // Set inside an editor's terminal, these would make the server talk to that editor instead.
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'VSCODE_CWD', 'PORT', 'PASSWORD']) delete environment[name];
  // A running server does not pick up a new extension, so it goes in first.
  const installed = spawnSync(nodeBinary, [entry, ...common, '--install-extension', vsix, '--force'], {
    env: environment,
    encoding: 'utf8',
  });
  if (installed.status !== 0)
    throw new Error(`the extension could not be installed: ${installed.stdout}${installed.stderr}`);
  const server = spawn(
    nodeBinary,
    [
      entry,
      ...common,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check'],
      // The flag would override the setting.
      ...(settings['security.workspace.trust.enabled'] ? [] : ['--disable-workspace-trust']),
      ...args,
      folder,
    ],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  );
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (log += data));
  await answering(port, server, () => log);
  return {
    port,
    process: server,
    url: (file) => editorUrl(port, folder, file),
    stop: () => stopTree(server),
  };
}

/** The address that opens `folder`, and in it `file`. */
export function editorUrl(port, folder, file) {
  const address = new URL(`http://127.0.0.1:${port}/`);
  address.searchParams.set('folder', folder);
  if (file !== undefined) {
    address.searchParams.set(
      'payload',
      JSON.stringify([['openFile', `vscode-remote://127.0.0.1:${port}${file}`]]),
    );
  }
  return address.href;
}

async function answering(port, server, log) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    if (server.exitCode !== null) break;
    try {
      if ((await fetch(`http://127.0.0.1:${port}/healthz`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill('SIGKILL');
  throw new Error(`code-server did not start:\n${log()}`);
}

async function stopTree(server) {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  // The group: code-server's extension host and the backend go with it.
  process.kill(-server.pid, 'SIGTERM');
  const timer = setTimeout(() => process.kill(-server.pid, 'SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}
