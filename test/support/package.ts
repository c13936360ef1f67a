import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { client, webview } from '../../scripts/bundles.mjs';
import { repositoryDir } from './shared.js';

const bundle = {
  bundle: true,
  minify: false,
  logLevel: 'warning',
  absWorkingDir: repositoryDir,
  define: { 'process.env.NODE_ENV': '"production"' },
} as const;

/**
 * Packages the extension with another backend in place of its own, for tests of the editor alone.
 * @param backend entry of the backend, from the repository's root
 * @param folder where the package is made
 * @returns path of the package
 */
export async function packageWithBackend(backend: string, folder: string): Promise<string> {
  const dist = join(folder, 'dist');
  await mkdir(dist, { recursive: true });
  await Promise.all([
    build({ ...bundle, ...client, outdir: dist }),
    build({ ...bundle, ...webview, outdir: join(dist, 'webview') }),
    build({
      ...bundle,
      platform: 'node',
      format: 'esm',
      entryPoints: { server: backend },
      outdir: dist,
      outExtension: { '.js': '.mjs' },
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    }),
    ...['package.json', 'package.nls.json', 'LICENSE', 'resources', 'schemas', 'l10n', '.vscodeignore'].map(
      (name) => cp(join(repositoryDir, name), join(folder, name), { recursive: true }),
    ),
  ]);
  const packagePath = join(folder, 'double.vsix');
  await createVSIX({ cwd: folder, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}
