/**
 * Collects the sentences of the extension and its webviews for translators: writes l10n/bundle.l10n.json, to be
 * copied to bundle.l10n.<language>.json. The manifest's own strings are in package.nls.json.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['client/src', 'webview/src'];
/** `vscode.l10n.t('…')` in the client, `t('…')` in webviews. */
const call = /(?:l10n\.t|\bt)\(\s*'((?:[^'\\]|\\.)*)'/g;

const unescape = (literal) => JSON.parse(`"${literal.replace(/\\'/g, "'").replace(/"/g, '\\"')}"`);

/** Every sentence, in order of the alphabet. */
export function sentences() {
  const found = new Set();
  for (const folder of folders)
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.ts'))
        for (const [, literal] of readFileSync(join(root, folder, name), 'utf8').matchAll(call))
          found.add(unescape(literal));
  return [...found].sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bundle = Object.fromEntries(sentences().map((sentence) => [sentence, sentence]));
  writeFileSync(join(root, 'l10n', 'bundle.l10n.json'), `${JSON.stringify(bundle, null, 2)}\n`);
}
