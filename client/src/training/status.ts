import { basename } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../commands/ids.js';
import { timeLeft } from '../words.js';
import type { Trainings } from './trainings.js';

/** A status bar item while something trains: epoch and time left; a click opens the dashboard. */
export class TrainingStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem(
    'discLabeling.training',
    vscode.StatusBarAlignment.Right,
    9,
  );
  readonly #trainings: Trainings;
  readonly #listener: vscode.Disposable;

  constructor(trainings: Trainings) {
    this.#trainings = trainings;
    this.#item.name = vscode.l10n.t('Disc Labeling Training');
    this.#listener = trainings.onDidChange(() => this.#update());
  }

  #update(): void {
    const [training, ...more] = this.#trainings.running;
    if (!training) return this.#item.hide();
    const { run, step, epochs } = training;
    const name = basename(run);
    const epoch = vscode.l10n.t('epoch {0} of {1}', (step?.epoch ?? 0) + 1, epochs);
    const left = step && timeLeft(step.secondsLeft, vscode.l10n.t);
    const others = more.length > 0 ? ` +${more.length}` : '';
    this.#item.text = `$(pulse) ${[epoch, left].filter(Boolean).join(' \u00b7 ')}${others}`;
    this.#item.tooltip = vscode.l10n.t('Training {0}: {1}. Click for the dashboard.', name, epoch);
    this.#item.accessibilityInformation = { label: vscode.l10n.t('Training {0}: {1}', name, epoch) };
    this.#item.command = { command: commandIds.openRun, title: name, arguments: [run] };
    this.#item.show();
  }

  dispose(): void {
    this.#listener.dispose();
    this.#item.dispose();
  }
}
