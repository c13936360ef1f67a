import { CancelledError, throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import type { Model } from '@disc-labeling/models/model';
import type { TrainingStep } from '@disc-labeling/models/training';
import { trainingBatch } from './batches.js';
import type { BatchSource, SampleBatch } from './batches.js';
import { Checkpoints, type SaveModel } from './checkpoints.js';
import type { TrainingConfig } from './config.js';
import type { EpochMetrics, TrainingEvent, TrainingSummary } from './events.js';
import { Learner, type StepOptimizer } from './learner.js';
import { modelDescription, type Provenance } from './model-card.js';
import { Pace } from './pace.js';
import { endingOf, isBetter, type Ending } from './progress.js';
import { abortedLine, type RunFolder } from './run-folder.js';
import { epochAt, learningRateAt, targetSigmaAt, totalSteps } from './schedule.js';
import { firstCounters, type Counters } from './state.js';
import { unlessCancelled } from './unless-cancelled.js';
import type { ValidationResult } from './validation.js';

/** What validation found, and a picture of it (PNG) where there is one. */
export interface Validation {
  readonly result: ValidationResult;
  readonly picture: Uint8Array | null;
}

export interface ValidateOptions {
  /** Standard deviation of the target Gaussians in input pixels, as the epoch was trained with. */
  readonly sigma: number;
  readonly signal?: AbortSignal;
}

/** What the loop is made of; replaced in tests. */
export interface TrainerParts {
  readonly engine: string;
  readonly step: TrainingStep;
  readonly optimizer: StepOptimizer;
  /** The batches from the given step on. */
  openBatches(firstStep: number): BatchSource;
  /** @throws CancelledError */
  validate(model: Model, options: ValidateOptions): Promise<Validation>;
  readonly saveModel: SaveModel;
  /** Milliseconds, for everything that depends on time. */
  now(): number;
  /** Largest resident memory of this process so far, in bytes. */
  peakMemory(): number;
}

export interface TrainOptions {
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
  readonly provenance?: Provenance;
}

/**
 * Trains a network as configured, into a run folder. Ends with the last epoch; an abort, a full disk or a loss that
 * is no number ends it at once, with a whole checkpoint on disk in each case.
 *
 * A training that was interrupted anywhere and resumed, with the same number of threads on the same machine, comes to
 * the same losses and weights as one that never stopped, bit by bit. What can't be equal: the seconds, and with
 * `timeBudgetMinutes` the learning rate, which then follows the clock.
 * @throws CancelledError when aborted, after the checkpoint is written
 * @throws UserError when it can't go on, saying from where it can be resumed
 */
export async function train(
  config: TrainingConfig,
  folder: RunFolder,
  parts: TrainerParts,
  options: TrainOptions = {},
): Promise<TrainingSummary> {
  const close = await folder.open(options.resume === true);
  try {
    const learner = new Learner(parts.step, parts.optimizer, config.training.ema);
    const checkpoints = new Checkpoints(folder, learner, parts.saveModel);
    const counters = options.resume ? await checkpoints.restore(config) : firstCounters(config);
    // Only now: a configuration that does not fit the checkpoint must not take its place.
    await checkpoints.guarded(() => folder.writeConfig(config));
    if (options.resume) await checkpoints.guarded(() => folder.writeMetrics(counters.history));
    return await new Trainer(config, folder, parts, options, learner, checkpoints, counters).run();
  } finally {
    await close();
  }
}

class Trainer {
  private readonly pace: Pace;
  private lastCheckpoint: number;

  constructor(
    private readonly config: TrainingConfig,
    private readonly folder: RunFolder,
    private readonly parts: TrainerParts,
    private readonly options: TrainOptions,
    private readonly learner: Learner,
    private readonly checkpoints: Checkpoints,
    private readonly counters: Counters,
  ) {
    this.pace = new Pace(parts.now, counters.seconds);
    this.lastCheckpoint = parts.now();
  }

  async run(): Promise<TrainingSummary> {
    this.noteCommand();
    const { step } = this.counters;
    const steps = totalSteps(this.config);
    const { engine } = this.parts;
    const { epochs } = this.config.training;
    const parameters = this.learner.parameterCount;
    this.emit({ kind: 'started', run: this.folder.path, engine, parameters, step, steps, epochs });
    await this.folder.log(`started at step ${step} of ${steps} on ${engine}`);
    const batches = this.parts.openBatches(step);
    try {
      return await this.finish(await this.loop(batches));
    } catch (error) {
      if (error instanceof CancelledError) await this.leave();
      throw error;
    } finally {
      await batches.close();
    }
  }

  private async loop(batches: BatchSource): Promise<Ending> {
    const { checkpointMinutes } = this.config.training;
    // Always one batch ahead: it is drawn while the network learns from the one before.
    let next: Promise<SampleBatch> | null = null;
    for (;;) {
      if (this.epochIsOver()) await this.endEpoch();
      const ending = this.ending();
      if (ending !== null) return ending;
      next ??= batches.next();
      const samples = await this.pace.waitFor(unlessCancelled(next, this.options.signal));
      next = this.counters.step + 1 < totalSteps(this.config) ? batches.next() : null;
      // A failure of the batch ahead is reported when its turn comes.
      next?.catch(() => {});
      await this.learn(samples);
      const due = this.parts.now() - this.lastCheckpoint >= checkpointMinutes * 60_000;
      if (due && !this.epochIsOver()) await this.checkpoint();
    }
  }

  /** An epoch's steps are done but not yet judged: also where a training was interrupted while it was validated. */
  private epochIsOver(): boolean {
    const { step, lossCount } = this.counters;
    return lossCount > 0 && step % this.config.training.stepsPerEpoch === 0;
  }

  private ending(): Ending | null {
    const { best, history } = this.counters;
    return endingOf(this.config, this.progress(), best, history.at(-1) ?? null);
  }

  /** Cancelled: leaves a checkpoint of the step reached. */
  private async leave(): Promise<never> {
    const { step } = this.counters;
    if (step !== this.checkpoints.savedStep) await this.checkpoint();
    await this.folder.log(abortedLine(step, this.options.signal?.reason));
    throw new CancelledError(`training stopped at step ${step}; go on with --resume`);
  }

  /** One optimiser step. */
  private async learn(samples: SampleBatch): Promise<void> {
    const { config, counters } = this;
    const sigma = targetSigmaAt(config, epochAt(config, counters.step));
    const batch = trainingBatch(samples, config, sigma);
    const { loss, lossPerStack, gradientNorm } = await this.learner.differentiate(
      batch,
      config.training.clip,
    );
    const learningRate = learningRateAt(config, this.progress());
    if (!Number.isFinite(loss)) await this.stopAtNaN('the loss', counters.step + 1);
    if (!Number.isFinite(gradientNorm)) await this.stopAtNaN('the gradient', counters.step + 1);
    await this.learner.update(learningRate, counters.updates);
    counters.step++;
    counters.updates++;
    counters.lossSum += loss;
    counters.lossCount++;
    counters.stackLossSums = lossPerStack.map((value, stack) => value + (counters.stackLossSums[stack] ?? 0));
    this.pace.countStep();
    this.emit({
      kind: 'step',
      step: counters.step,
      steps: totalSteps(config),
      epoch: epochAt(config, counters.step - 1),
      loss,
      lossPerStack,
      learningRate,
      gradientNorm,
      ...this.pace.estimate(config, counters.step),
      waiting: this.pace.waiting(),
    });
  }

  /** @param step the one (from 1) that came to it */
  private async stopAtNaN(what: string, step: number): Promise<never> {
    const rate = learningRateAt(this.config, { ...this.progress(), step: step - 1 });
    const found = `${what} is not a finite number at step ${step}, learning rate ${Number(rate.toPrecision(3))}`;
    await this.folder.log(`stopped: ${found}`);
    const change = this.config.training.clip > 0 ? 'a lower --lr' : 'a lower --lr or --clip 5';
    throw new UserError('training stopped', `${found}; ${this.checkpoints.remedy(change)}`, this.folder.path);
  }

  /** The last update may have made numbers that are none: they are neither validated nor saved. */
  private async checkFinite(): Promise<void> {
    const name = this.checkpoints.damaged();
    if (name !== null) await this.stopAtNaN(`one of the ${name}`, this.counters.step);
  }

  private async endEpoch(): Promise<void> {
    const { counters, config } = this;
    await this.checkFinite();
    const epoch = epochAt(config, counters.step) - 1;
    const learningRate = learningRateAt(config, this.progress());
    const waiting = this.pace.waiting();
    const { signal } = this.options;
    throwIfCancelled(signal);
    const { result: found, picture } = await this.parts.validate(this.model(null), {
      sigma: targetSigmaAt(config, epoch),
      signal,
    });
    if (!Number.isFinite(found.loss)) await this.stopAtNaN('the validation loss', counters.step);
    const { loss: validationLoss, ...quality } = found;
    const trainingLoss = counters.lossSum / counters.lossCount;
    const metrics: EpochMetrics = {
      epoch,
      step: counters.step,
      learningRate,
      trainingLoss,
      trainingLossPerStack: counters.stackLossSums.map((sum) => sum / counters.lossCount),
      validationLoss,
      ...quality,
      waiting,
      seconds: this.pace.seconds(),
      memory: this.parts.peakMemory(),
    };
    await this.keep(metrics, picture);
  }

  /**
   * Files an epoch away: best, picture, last, metrics. A kill in between leaves the state before the epoch's end,
   * from which the same comes again; the other way round `last` could name a best that is not there.
   */
  private async keep(metrics: EpochMetrics, picture: Uint8Array | null): Promise<void> {
    const { counters, checkpoints, folder } = this;
    const best = isBetter(this.config, metrics, counters.best);
    if (best) await checkpoints.saveBest(this.model(metrics));
    if (picture !== null) await checkpoints.guarded(() => folder.writePicture(metrics.epoch, picture));
    counters.history.push(metrics);
    counters.lossSum = counters.lossCount = 0;
    counters.stackLossSums = [];
    if (best) counters.best = metrics;
    await this.checkpoint();
    await checkpoints.guarded(() => folder.writeMetrics(counters.history));
    await folder.log(`epoch ${metrics.epoch} ${JSON.stringify(metrics)}`);
    this.emit({ kind: 'epoch', metrics, best });
    this.pace.startEpoch();
  }

  private async checkpoint(): Promise<void> {
    await this.checkFinite();
    this.counters.seconds = this.pace.seconds();
    await this.checkpoints.saveLast(this.model(this.counters.history.at(-1) ?? null), this.counters);
    this.lastCheckpoint = this.parts.now();
    this.emit({ kind: 'checkpoint', step: this.counters.step });
  }

  private async finish(ending: Ending): Promise<TrainingSummary> {
    const { counters } = this;
    const summary: TrainingSummary = {
      run: this.folder.path,
      epochs: counters.history.length,
      steps: counters.step,
      engine: this.parts.engine,
      parameters: this.learner.parameterCount,
      seconds: this.pace.seconds(),
      ending,
      best: counters.best,
      last: counters.history.at(-1) ?? null,
    };
    await this.folder.log(`done ${JSON.stringify(summary)}`);
    this.emit({ kind: 'done', summary });
    return summary;
  }

  private model(metrics: EpochMetrics | null): Model {
    const { commands } = this.counters;
    const description = modelDescription(this.config, metrics, {
      ...this.options.provenance,
      ...(commands.length === 0 ? {} : { command: commands.join('; then ') }),
      engine: this.parts.engine,
      steps: this.counters.step,
      seconds: Math.round(this.pace.seconds()),
    });
    return { description, weights: this.learner.weights() };
  }

  /** A training resumed with other settings comes from all of its commands, not just the last. */
  private noteCommand(): void {
    const command = this.options.provenance?.['command'];
    const { commands } = this.counters;
    if (typeof command === 'string' && command !== commands.at(-1)) commands.push(command);
  }

  private progress() {
    return { step: this.counters.step, minutes: this.pace.seconds() / 60 };
  }

  private emit(event: TrainingEvent): void {
    this.options.onEvent?.(event);
  }
}
