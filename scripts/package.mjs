/**
 * Makes the extension package of this platform: dist/disc-labeling-<target>.vsix.
 * What goes in is listed in .vscodeignore; native modules are copied into dist/node_modules first,
 * this platform's files only.
 */
import { createVSIX } from '@vscode/vsce';
import { cp, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildProduct, root } from './setup.mjs';
import { target, vsixPath } from './vsix.mjs';

const nativeRoot = join(root, 'dist', 'node_modules');
const require = createRequire(join(root, 'server', 'package.json'));

/** Folder of an installed package, or null. */
async function packageFolder(name, from = require) {
  for (const base of from.resolve.paths(name)) {
    const folder = join(base, name);
    if (await stat(folder).catch(() => null)) return folder;
  }
  return null;
}

/** Copies a package without sources, maps and other platforms' binaries. */
async function copyPackage(name, keep = () => true) {
  const folder = await packageFolder(name);
  if (!folder) throw new Error(`${name} is not installed: run npm ci`);
  await cp(folder, join(nativeRoot, name), {
    recursive: true,
    dereference: true,
    filter: (path) =>
      !/\.(map|d\.ts|ts|md)$|\/(node_modules|__commit)/.test(path.slice(folder.length)) &&
      keep(path.slice(folder.length)),
  });
}

/** The package that holds @napi-rs/canvas's binary for this platform. */
async function canvasBinary() {
  const manifest = JSON.parse(
    await readFile(join(await packageFolder('@napi-rs/canvas'), 'package.json'), 'utf8'),
  );
  for (const name of Object.keys(manifest.optionalDependencies)) {
    if (name.includes(target) && (await packageFolder(name))) return name;
  }
  throw new Error(`@napi-rs/canvas has no binary for ${target}`);
}

// Minified and without source maps.
buildProduct('--production');
await rm(nativeRoot, { recursive: true, force: true });
await mkdir(nativeRoot, { recursive: true });
await copyPackage('onnxruntime-common', (path) => !path.startsWith('/dist/esm'));
await copyPackage(
  'onnxruntime-node',
  (path) => !/^\/(script|lib)\b.*\.ts$/.test(path) && inThisPlatform(path),
);
await copyPackage('@napi-rs/canvas');
await copyPackage(await canvasBinary());

/** onnxruntime-node keeps its binaries under bin/napi-vN/<platform>/<arch>. */
function inThisPlatform(path) {
  const match = /^\/bin\/napi-v\d+\/(\w+)(?:\/(\w+))?/.exec(path);
  return !match || (match[1] === process.platform && (match[2] === undefined || match[2] === process.arch));
}

await createVSIX({
  cwd: root,
  packagePath: vsixPath,
  target,
  dependencies: false,
  // README and docs travel with the package, so relative links hold.
  rewriteRelativeLinks: false,
  allowMissingRepository: true,
  skipLicense: false,
});
console.error(
  `${vsixPath}: ${((await stat(vsixPath)).size / 1e6).toFixed(1)} MB, unpacked from ${dirname(vsixPath)}`,
);
