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
  entryPoints: { viewer: 'webview/src/viewer/main.ts' },
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
  plugins: [withoutZarrCodecs],
};
