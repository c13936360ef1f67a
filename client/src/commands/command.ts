import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import type { VolumeEditors } from '../editor/editors.js';
import type { Views } from '../views/index.js';
import type { Galleries } from '../gallery/galleries.js';
import type { Dashboards } from '../training/dashboards.js';
import type { Trainings } from '../training/trainings.js';
import type { Reports } from '../report/reports.js';

/** What commands work on. */
export interface Extension {
  readonly backend: Backend;
  readonly editors: VolumeEditors;
  readonly views: Views;
  readonly galleries: Galleries;
  readonly trainings: Trainings;
  readonly dashboards: Dashboards;
  readonly reports: Reports;
}

/** One command: when it can't run, and what it does. */
export interface Command {
  /** Why it can't be done now, as a sentence for the user; null when it can. */
  readonly obstacle?: Obstacle;
  readonly run: (extension: Extension, ...args: unknown[]) => unknown;
}

/** Says why something can't be done now; null when it can. */
export type Obstacle = (extension: Extension) => string | null;

/** Where the backend may not or can't run. */
export function withoutBackend({ backend }: Extension): string | null {
  if (backend.health === 'untrusted')
    return vscode.l10n.t('This workspace is not trusted, so labelling is off. Manage trust to turn it on.');
  if (backend.health === 'failed')
    return vscode.l10n.t('The backend stopped after repeated crashes. Restart it first.');
  return null;
}

/** A command of the backend's on what it is given (explorer, view, lens, another command), or else asks for. */
export const onGiven = (run: (extension: Extension, given: unknown) => unknown): Command => ({
  obstacle: withoutBackend,
  run,
});

/** The first of several obstacles. */
export const firstOf =
  (...obstacles: Obstacle[]) =>
  (extension: Extension): string | null => {
    for (const obstacle of obstacles) {
      const reason = obstacle(extension);
      if (reason !== null) return reason;
    }
    return null;
  };
