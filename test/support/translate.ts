import type { Translate } from '../../client/src/words.js';

/** As `vscode.l10n.t` without a translation. */
export const t: Translate = (message, ...args) =>
  message.replace(/\{(\d)\}/g, (_, n) => String(args[Number(n)]));
