/**
 * Builds @tensorflow/tfjs-node against the TensorFlow library that PyPI's `tensorflow` wheel carries, and tries
 * the engine `tensorflow` with it: forward passes and training steps against the numbers of the original, and its
 * speed in turns with ONNX Runtime.
 *
 * The package fetches its own libtensorflow (2.9) where the network lets it; its binding speaks TensorFlow's C
 * interface, which every wheel since 2.13 exports from libtensorflow_cc.so.2. Needs g++, Node's headers and a
 * Python with `tensorflow` or `tensorflow-cpu`.
 *
 *     python3 -m venv /tmp/tf && /tmp/tf/bin/pip install tensorflow-cpu
 *     node test/tools/tfjs-node.mjs /tmp/tf/bin/python
 */
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backend } from '../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'out', 'tfjs-node');
const python = process.argv[2] ?? 'python3';

/** Folder of the wheel's libraries and headers; found without loading TensorFlow. */
function tensorflowFolder() {
  const ask = 'import importlib.util as u; print(u.find_spec("tensorflow").submodule_search_locations[0])';
  return execFileSync(python, ['-c', ask], { encoding: 'utf8' }).trim();
}

/** Where node_api.h lies: beside the running Node, or where Debian puts it. */
function nodeHeaders() {
  const places = [join(dirname(process.execPath), '..', 'include', 'node'), '/usr/include/node'];
  const found = places.find((place) => existsSync(join(place, 'node_api.h')));
  if (!found) throw new Error(`node_api.h is in none of ${places.join(', ')}`);
  return found;
}

/** The package as published, in node_modules of `folder`: seen by what runs from there alone. */
async function fetchPackage() {
  const { version } = JSON.parse(
    await readFile(join(root, 'node_modules/@tensorflow/tfjs-core/package.json'), 'utf8'),
  );
  const target = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const pack = ['pack', '--silent', '--pack-destination', folder, `@tensorflow/tfjs-node@${version}`];
  const archive = execFileSync('npm', pack, { cwd: folder, encoding: 'utf8' }).trim().split('\n').at(-1);
  execFileSync('tar', ['xzf', archive], { cwd: folder });
  await rename(join(folder, 'package'), target);
  await rm(join(folder, archive));
  return target;
}

function compileBinding(package_, tensorflow) {
  const binding = join(package_, 'lib', `napi-v8`, 'tfjs_binding.node');
  execFileSync('mkdir', ['-p', dirname(binding)]);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(package_, 'binding', name));
  execFileSync(
    'g++',
    [
      ...['-O2', '-std=c++17', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...[join(package_, '..'), join(tensorflow, 'include'), nodeHeaders(), package_].flatMap((i) => [
        '-I',
        i,
      ]),
      ...sources,
      ...['-L', tensorflow, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      ...[`-Wl,-rpath,${tensorflow}`, '-o', binding],
    ],
    { stdio: 'inherit' },
  );
}

await mkdir(folder, { recursive: true });
compileBinding(await fetchPackage(), tensorflowFolder());
await build({
  ...backend,
  entryPoints: {
    'try-engine': 'test/tools/try-engine.ts',
    cli: 'server/src/cli.ts',
    'engine-probe': 'models/src/engines/probe-program.ts',
    'inference-worker': 'models/src/engines/worker.ts',
  },
  absWorkingDir: root,
  outdir: folder,
  bundle: true,
  logLevel: 'warning',
});
const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
for (const args of [
  ['cli.mjs', 'engines'],
  ['try-engine.mjs', 'tensorflow', ...process.argv.slice(3)],
]) {
  const { status } = spawnSync(process.execPath, [join(folder, args[0]), ...args.slice(1)], {
    stdio: 'inherit',
    env,
  });
  if (status !== 0) process.exit(status ?? 1);
}
