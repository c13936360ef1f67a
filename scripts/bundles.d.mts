import type { BuildOptions } from 'esbuild';

export const client: BuildOptions;
export const webview: BuildOptions;
export const backend: BuildOptions;
