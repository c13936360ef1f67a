import { build } from 'esbuild';
import { webview } from '../../scripts/bundles.mjs';
import { repositoryDir } from './shared.js';

/** Bundles the pages as the product has them, into a folder. @returns the folder */
export async function buildPages(folder: string): Promise<string> {
  await build({
    ...webview,
    absWorkingDir: repositoryDir,
    entryPoints: { report: 'webview/src/report/main.ts' },
    bundle: true,
    minify: true,
    outdir: folder,
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  } as Parameters<typeof build>[0]);
  return folder;
}
