/** What the editor loads: the extension and its webviews, as esbuild options (paths from the repository's root). */

/** In VS Code's extension host. */
export const client = {
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  entryPoints: { extension: 'client/src/extension.ts' },
  outExtension: { '.js': '.cjs' },
};

/**
 * Compressed Zarr arrays are the renderer's only use of WebAssembly, which the viewer's content security policy
 * forbids and NIfTI does not need.
 */
const withoutZarrCodecs = {
  name: 'without-zarr-codecs',
  setup(bundle) {
    bundle.onResolve({ filter: /^numcodecs(\/|$)/ }, ({ path }) => ({ path, namespace: 'no-codec' }));
    bundle.onLoad({ filter: /.*/, namespace: 'no-codec' }, () => ({
      contents: "export default { fromConfig() { throw new Error('Zarr is not supported'); } };",
    }));
  },
};

/** In webviews: a browser without the network. */
export const webview = {
  platform: 'browser',
  format: 'iife',
  target: 'chrome128',
  entryPoints: {
    report: 'webview/src/report/main.ts',
    viewer: 'webview/src/viewer/main.ts',
    gallery: 'webview/src/gallery/main.ts',
    training: 'webview/src/training/main.ts',
  },
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
  plugins: [withoutZarrCodecs],
};

/** Packages with native code, loaded from node_modules at run time. */
const nativePackages = [
  'onnxruntime-node',
  '@napi-rs/canvas',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
];

/** In Node: the backend, the command line and their workers. */
export const backend = {
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: nativePackages,
  // Its CommonJS form loads its parts in a way that can't be bundled.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  outExtension: { '.js': '.mjs' },
  // CommonJS dependencies inside an ES module bundle expect these.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); import { fileURLToPath as __fileURLToPath } from 'node:url'; import { dirname as __dirnameOf } from 'node:path'; const __filename = __fileURLToPath(import.meta.url); const __dirname = __dirnameOf(__filename);",
  },
};
