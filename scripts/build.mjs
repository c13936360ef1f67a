/**
 * Bundles the product into dist/: one esbuild call per kind of place the code runs in.
 * Native modules cannot be bundled; they stay in node_modules of a checkout and are copied
 * beside the bundles for the package (scripts/package.mjs).
 */
import { build } from 'esbuild';
import { cp, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { backend, client, webview } from './bundles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const production = process.argv.includes('--production');

const common = {
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** Bundles of the backend and the command line: name in dist → entry. */
const nodeEntries = {
  cli: 'server/src/cli.ts',
  server: 'server/src/main.ts',
  'inference-worker': 'models/src/engines/worker.ts',
  'part-worker': 'models/src/parts/worker.ts',
  'engine-probe': 'models/src/engines/probe-program.ts',
  'prepare-worker': 'server/src/dataset/prepare/worker.ts',
  'synthesize-worker': 'server/src/dataset/synthesize/worker.ts',
  'phantom-worker': 'server/src/dataset/phantom/worker.ts',
  'sample-worker': 'server/src/dataset/stream/worker.ts',
  'training-worker': 'server/src/training/worker.ts',
};

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
await Promise.all([
  build({ ...common, ...backend, entryPoints: nodeEntries, outdir: 'dist' }),
  build({ ...common, ...client, outdir: 'dist' }),
  build({ ...common, ...webview, outdir: 'dist/webview' }),
]);

// The pictures' typeface, where an installed package finds it.
await cp('node_modules/@fontsource/roboto/LICENSE', 'dist/fonts/LICENSE');
for (const weight of [400, 700]) {
  const file = `roboto-latin-${weight}-normal.woff2`;
  await cp(`node_modules/@fontsource/roboto/files/${file}`, `dist/fonts/${file}`);
}
