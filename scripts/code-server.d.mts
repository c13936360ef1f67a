import type { ChildProcess } from 'node:child_process';

export const editorFolder: string;
export function hasCodeServer(): boolean;
export function ensureCodeServer(): void;
export function freePort(): Promise<number>;
export const quietSettings: Readonly<Record<string, unknown>>;

export interface CodeServerOptions {
  /** Extension package to install. */
  readonly vsix: string;
  /** Workspace folder. */
  readonly folder: string;
  /** Folder for user data and extensions. */
  readonly profile: string;
  readonly port?: number;
  /** User settings on top of {@link quietSettings}. */
  readonly settings?: object;
  readonly args?: readonly string[];
}

export interface CodeServer {
  readonly port: number;
  readonly process: ChildProcess;
  /** Address that opens the workspace and, if given, a file in it. */
  url(file?: string): string;
  stop(): Promise<void>;
}

export function startCodeServer(options: CodeServerOptions): Promise<CodeServer>;
export function editorUrl(port: number, folder: string, file?: string): string;
