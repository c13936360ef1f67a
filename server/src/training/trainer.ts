import { CancelledError, UserError } from '@disc-labeling/models/errors';
import type { Model, ModelDescription } from '@disc-labeling/models/model';
import type { TrainingStep } from '@disc-labeling/models/training';
import { trainingBatch } from './batches.js';
import type { BatchSource, SampleBatch } from './batches.js';
import type { TrainingConfig } from './config.js';
import type { EpochMetrics, TrainingEvent, TrainingSummary } from './events.js';
import { Learner, type StepOptimizer } from './learner.js';
import { modelDescription, type Provenance } from './model-card.js';
import { stateFile, type RunFolder } from './run-folder.js';
import { fractionDone, learningRateAt, targetSigmaAt, totalSteps } from './schedule.js';
import { encodeTrainingState, readTrainingState } from './state.js';
import type { Counters } from './state.js';
import type { ValidationResult } from './validation.js';

/** What validation found, and a picture of it (PNG) where there is one. */
export interface Validation {
  readonly result: ValidationResult;
  readonly picture: Uint8Array | null;
}

/** What the loop is made of; replaced in tests. */
export interface TrainerParts {
  readonly engine: string;
  readonly step: TrainingStep;
  readonly optimizer: StepOptimizer;
  /** The batches from the given step on. */
  openBatches(firstStep: number): BatchSource;
  validate(model: Model): Promise<Validation>;
  /** Puts a model folder and the extra files in it into place in one moment. */
  saveModel(folder: string, model: Model, extraFiles?: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** Milliseconds, for everything that depends on time. */
  now(): number;
}

export interface TrainOptions {
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
  readonly provenance?: Provenance;
}

/**
 * Trains a network as configured, into a run folder. Ends with the last epoch; an abort or a loss that
 * is no number ends it at once, with a whole checkpoint on disk in either case.
 * @throws CancelledError when aborted, after the checkpoint is written
 */
export async function train(
  config: TrainingConfig,
  folder: RunFolder,
  parts: TrainerParts,
  options: TrainOptions = {},
): Promise<TrainingSummary> {
  await folder.open(config, options.resume === true);
  const trainer = new Trainer(config, folder, parts, options);
  if (options.resume) await trainer.restore();
  return trainer.run();
}

class Trainer {
  private readonly learner: Learner;
  private counters: Counters;
  private readonly started: number;
  private secondsBefore = 0;
  private stepsHere = 0;
  private lastCheckpoint: number;
  private savedStep = 0;

  constructor(
    private readonly config: TrainingConfig,
    private readonly folder: RunFolder,
    private readonly parts: TrainerParts,
    private readonly options: TrainOptions,
  ) {
    const { ema, startEpoch, stepsPerEpoch } = config.training;
    this.learner = new Learner(parts.step, parts.optimizer, ema);
    this.started = this.lastCheckpoint = parts.now();
    this.counters = {
      formatVersion: 1,
      step: startEpoch * stepsPerEpoch,
      seconds: 0,
      lossSum: 0,
      lossCount: 0,
      history: [],
      best: null,
      commands: [],
      fingerprint: fingerprint(config),
    };
  }

  /** Takes up the state of the run folder's last checkpoint. */
  async restore(): Promise<void> {
    const { counters, arrays } = await readTrainingState(this.folder.state());
    if (counters.fingerprint !== this.counters.fingerprint)
      throw new UserError(
        'cannot resume training',
        'the checkpoint was made with another network, optimiser, batch size, seed or data; use the same configuration or another --output',
        this.folder.state(),
      );
    for (const [name, array] of this.learner.arrays()) {
      const saved = arrays.get(name);
      if (saved?.length !== array.length)
        throw new UserError(
          'cannot resume training',
          `\`${name}\` in the checkpoint does not fit`,
          this.folder.state(),
        );
      array.set(saved);
    }
    this.counters = counters;
    this.savedStep = counters.step;
    this.secondsBefore = counters.seconds;
    await this.folder.writeMetrics(counters.history);
  }

  async run(): Promise<TrainingSummary> {
    this.noteCommand();
    const { step: first } = this.counters;
    const { engine } = this.parts;
    this.emit({
      kind: 'started',
      run: this.folder.path,
      engine,
      parameters: this.learner.parameterCount,
      step: first,
      steps: totalSteps(this.config),
      epochs: this.config.training.epochs,
    });
    await this.folder.log(`started at step ${first} of ${totalSteps(this.config)} on ${engine}`);
    const batches = this.parts.openBatches(first);
    try {
      await this.loop(batches);
    } finally {
      await batches.close();
    }
    return this.finish();
  }

  private async loop(batches: BatchSource): Promise<void> {
    const { stepsPerEpoch, checkpointMinutes } = this.config.training;
    // Always one batch ahead: it is drawn while the network learns from the one before.
    let next = this.done() ? null : batches.next();
    while (next !== null) {
      await this.leaveIfCancelled(next);
      const samples = await next;
      next = this.counters.step + 1 < totalSteps(this.config) ? batches.next() : null;
      // A failure of the batch ahead is reported when its turn comes.
      next?.catch(() => {});
      await this.learn(samples);
      if (this.counters.step % stepsPerEpoch === 0) await this.endEpoch();
      else if (this.parts.now() - this.lastCheckpoint >= checkpointMinutes * 60_000) await this.checkpoint();
      if (this.done()) break;
    }
  }

  /** All steps done, or the time budget spent at the end of an epoch. */
  private done(): boolean {
    const { step } = this.counters;
    if (step >= totalSteps(this.config)) return true;
    return step % this.config.training.stepsPerEpoch === 0 && fractionDone(this.config, this.progress()) >= 1;
  }

  private async leaveIfCancelled(pending: Promise<unknown>): Promise<void> {
    if (!this.options.signal?.aborted) return;
    pending.catch(() => {});
    if (this.counters.step !== this.savedStep) await this.checkpoint();
    await this.folder.log(`cancelled at step ${this.counters.step}`);
    throw new CancelledError(`training stopped at step ${this.counters.step}; go on with --resume`);
  }

  /** One optimiser step. */
  private async learn(samples: SampleBatch): Promise<void> {
    const { config, counters } = this;
    const sigma = targetSigmaAt(config, counters.step);
    const batch = trainingBatch(samples, config.network, sigma);
    const { loss, gradientNorm } = await this.learner.differentiate(batch, config.training.clip);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) await this.stopAtNaN(loss);
    const learningRate = learningRateAt(config, this.progress());
    this.learner.update(learningRate, counters.step);
    counters.step++;
    counters.lossSum += loss;
    counters.lossCount++;
    this.stepsHere++;
    this.reportStep(loss, learningRate, gradientNorm);
  }

  private async stopAtNaN(loss: number): Promise<never> {
    const { step } = this.counters;
    const what = Number.isFinite(loss) ? 'the gradient is' : 'the loss is';
    await this.folder.log(`stopped at step ${step + 1}: ${what} not a finite number`);
    throw new UserError(
      'training stopped',
      `${what} not a finite number at step ${step + 1}; the last good checkpoint is of step ${this.savedStep}, go on from it with --resume and a lower --lr`,
      this.folder.path,
    );
  }

  private reportStep(loss: number, learningRate: number, gradientNorm: number): void {
    const { step } = this.counters;
    const steps = totalSteps(this.config);
    const seconds = Math.max(1e-9, (this.parts.now() - this.started) / 1000);
    const stepsPerSecond = this.stepsHere / seconds;
    const budget = this.config.training.timeBudgetMinutes;
    const bySteps = (steps - step) / stepsPerSecond;
    const secondsLeft =
      budget === null ? bySteps : Math.min(bySteps, Math.max(0, budget * 60 - this.seconds()));
    const epoch = Math.floor((step - 1) / this.config.training.stepsPerEpoch);
    this.emit({
      kind: 'step',
      step,
      steps,
      epoch,
      loss,
      learningRate,
      gradientNorm,
      stepsPerSecond,
      secondsLeft,
    });
  }

  private async endEpoch(): Promise<void> {
    const { counters, config } = this;
    const progress = this.progress();
    const { result: found, picture } = await this.parts.validate(this.model(null));
    const metrics: EpochMetrics = {
      epoch: counters.step / config.training.stepsPerEpoch - 1,
      step: counters.step,
      learningRate: learningRateAt(config, progress),
      trainingLoss: counters.lossSum / counters.lossCount,
      validationLoss: found.loss,
      accuracy: found.accuracy,
      falseRate: found.falseRate,
      medianDistance: found.medianDistance,
      seconds: this.seconds(),
    };
    counters.history.push(metrics);
    counters.lossSum = counters.lossCount = 0;
    const best = isBetter(metrics, counters.best);
    if (best) {
      counters.best = metrics;
      await this.parts.saveModel(this.folder.best(), this.model(metrics));
    }
    await this.checkpoint();
    if (picture !== null) await this.folder.writePicture(metrics.epoch, picture);
    await this.folder.writeMetrics(counters.history);
    await this.folder.log(`epoch ${metrics.epoch} ${JSON.stringify(metrics)}`);
    this.emit({ kind: 'epoch', metrics, best });
  }

  private async checkpoint(): Promise<void> {
    this.counters.seconds = this.seconds();
    const state = encodeTrainingState({ counters: this.counters, arrays: this.learner.arrays() });
    const model = this.model(this.counters.history.at(-1) ?? null);
    await this.parts.saveModel(this.folder.last(), model, new Map([[stateFile, state]]));
    this.lastCheckpoint = this.parts.now();
    this.savedStep = this.counters.step;
    this.emit({ kind: 'checkpoint', step: this.savedStep });
  }

  private async finish(): Promise<TrainingSummary> {
    const { counters } = this;
    const summary: TrainingSummary = {
      run: this.folder.path,
      epochs: counters.history.length,
      steps: counters.step,
      engine: this.parts.engine,
      parameters: this.learner.parameterCount,
      seconds: this.seconds(),
      best: counters.best,
      last: counters.history.at(-1) ?? null,
    };
    await this.folder.log(`done ${JSON.stringify(summary)}`);
    this.emit({ kind: 'done', summary });
    return summary;
  }

  private model(metrics: EpochMetrics | null): Model {
    return { description: this.description(metrics), weights: this.learner.weights() };
  }

  private description(metrics: EpochMetrics | null): ModelDescription {
    return modelDescription(this.config, metrics, {
      ...this.options.provenance,
      ...(this.counters.commands.length === 0 ? {} : { command: this.counters.commands.join('; then ') }),
      engine: this.parts.engine,
      steps: this.counters.step,
      seconds: Math.round(this.seconds()),
    });
  }

  /** A training resumed with other settings comes from all of its commands, not just the last. */
  private noteCommand(): void {
    const command = this.options.provenance?.['command'];
    const { commands } = this.counters;
    if (typeof command === 'string' && command !== commands.at(-1)) commands.push(command);
  }

  private seconds(): number {
    return this.secondsBefore + (this.parts.now() - this.started) / 1000;
  }

  private progress() {
    return { step: this.counters.step, minutes: this.seconds() / 60 };
  }

  private emit(event: TrainingEvent): void {
    this.options.onEvent?.(event);
  }
}

/** Higher accuracy wins, then lower loss. */
function isBetter(metrics: EpochMetrics, best: EpochMetrics | null): boolean {
  if (best === null || metrics.accuracy !== best.accuracy) return metrics.accuracy > (best?.accuracy ?? -1);
  return metrics.validationLoss < best.validationLoss;
}

/** What must be equal for a checkpoint to be continued; lengths and rates may change. */
function fingerprint({ network, data, training }: TrainingConfig): string {
  const { optimizer, trainBatch, seed, momentum } = training;
  return JSON.stringify({ network, data: { ...data, workers: null }, optimizer, trainBatch, seed, momentum });
}
