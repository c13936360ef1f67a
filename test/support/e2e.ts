/** What the tests in the real editor have in common. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCodeServer } from '../../scripts/code-server.mjs';
import { vsixPath } from '../../scripts/vsix.mjs';
import { chromiumPath, Editor, type EditorOptions } from './editor.js';
import { repositoryDir } from './shared.js';

/** Where screenshots are kept. */
export const screenshots = join(repositoryDir, 'test-results', 'e2e');

/**
 * Without a browser these tests can't run; CI has to have one.
 * @param data the shared data where the tests need them, null where they are absent
 */
export function canRunEditor(data: string | null = ''): boolean {
  if (chromiumPath() !== null && data !== null) return true;
  const needed = 'the end-to-end tests need Chromium';
  if (process.env['CI']) throw new Error(`${needed}: install it, or name one in DISC_CHROMIUM`);
  console.warn(`skipped: ${needed} (DISC_CHROMIUM names one)${data === null ? ' and the shared data' : ''}`);
  return false;
}

/** Starts VS Code with the packaged extension. */
export function startEditor(options: Omit<EditorOptions, 'vsix'>): Promise<Editor> {
  if (!existsSync(vsixPath))
    throw new Error('there is no package to test: run npm run build && npm run package');
  ensureCodeServer();
  mkdirSync(screenshots, { recursive: true });
  return Editor.start({ ...options, vsix: vsixPath });
}
