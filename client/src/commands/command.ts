import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import type { VolumeEditors } from '../editor/editors.js';
import type { Views } from '../views/index.js';
import type { Galleries } from '../gallery/galleries.js';
import type { Dashboards } from '../training/dashboards.js';
import type { Trainings } from '../training/trainings.js';
import type { Reports } from '../report/reports.js';
import { commandIds } from './ids.js';

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
  readonly obstacle?: Obstacle;
  readonly run: (extension: Extension, ...args: unknown[]) => unknown;
}

/** Why something can't be done now. */
export interface Hindrance {
  /** A sentence for the user. */
  readonly reason: string;
  /** The command that removes it, and what its button says. */
  readonly remedy?: { readonly title: string; readonly command: string };
}

/** Says why something can't be done now; null when it can. */
export type Obstacle = (extension: Extension) => Hindrance | null;

/** Where the backend may not or can't run. */
export function withoutBackend({ backend }: Extension): Hindrance | null {
  if (backend.health === 'untrusted')
    return {
      reason: vscode.l10n.t('This workspace is not trusted, so labelling is off.'),
      remedy: { title: vscode.l10n.t('Manage Trust'), command: 'workbench.trust.manage' },
    };
  if (backend.health === 'failed')
    return {
      reason: vscode.l10n.t('The backend stopped after repeated crashes. Restart it first.'),
      remedy: { title: vscode.l10n.t('Restart'), command: commandIds.restartBackend },
    };
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
  (extension: Extension): Hindrance | null => {
    for (const obstacle of obstacles) {
      const hindrance = obstacle(extension);
      if (hindrance) return hindrance;
    }
    return null;
  };
