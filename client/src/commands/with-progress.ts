import * as vscode from 'vscode';
import type { RequestOptions } from '../backend.js';
import { timeLeft } from '../words.js';

/**
 * Runs a long request under a notification that tells how far it is, how long it will still take, and can cancel it.
 * @param work gets the options to send its requests with
 * @throws CancellationError when the user cancels, and whatever `work` throws
 */
export function withProgress<T>(
  title: string,
  work: (options: Required<RequestOptions>) => Promise<T>,
): Thenable<T> {
  const { Notification } = vscode.ProgressLocation;
  return vscode.window.withProgress({ location: Notification, title, cancellable: true }, (bar, token) => {
    const started = Date.now();
    let shown = 0;
    return work({
      token,
      progress: (message, fraction) => {
        const increment = fraction === null ? undefined : Math.max(0, 100 * fraction - shown);
        shown += increment ?? 0;
        const left = fraction === null ? null : estimate((Date.now() - started) / 1000, fraction);
        bar.report({ message: left === null ? message : `${message} \u00b7 ${left}`, increment });
      },
    });
  });
}

/** What is left, in words; null while it can't be told yet. */
function estimate(seconds: number, fraction: number): string | null {
  if (seconds < 2 || fraction < 0.02) return null;
  return timeLeft((seconds / fraction) * (1 - fraction), vscode.l10n.t);
}
