import { Option } from 'commander';
import { createInferenceInWorker } from '@disc-labeling/models/engines';
import { UserError } from '@disc-labeling/models/errors';
import { evaluateOnPhantoms, type PhantomEvaluation } from '../../evaluation/phantoms.js';
import type { DiscSummary } from '../../evaluation/metrics.js';
import { phantomExtents, type PhantomExtent } from '../../dataset/phantom/scenery.js';
import { EvaluationService } from '../../evaluation/service.js';
import { findModel } from '../../labeling/models.js';
import type { SetEvaluation } from '../../protocol/index.js';
import { discName } from '../../volume/levels.js';
import { CountProgress } from '../count-progress.js';
import { percent } from '../figures.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

interface EvaluateOptions {
  readonly pictures?: string;
  readonly phantoms: number;
  readonly seed: number;
  readonly contrast?: 'T1w' | 'T2w';
  readonly extent?: PhantomExtent;
}

/** `evaluate <model|run> [prepared]`: validation on a prepared set, or how good a model is on phantoms it never saw. */
export const registerEvaluate: RegisterCommand = (program, action) => {
  program
    .command('evaluate')
    .description('validate a model on a prepared set, or, without one, measure it on held-out phantoms')
    .argument('<model>', 'name of a model, a model folder, or a run folder')
    .argument('[prepared]', 'prepared set, of which the validation split is taken')
    .option(
      '--pictures <folder>',
      'with a prepared set: write pictures of its samples, targets above predictions',
    )
    .option('--phantoms <n>', 'how many to draw', wholeNumber(1), 200)
    .option('--seed <n>', 'which ones; none of them is ever trained on', wholeNumber(0), 1)
    .option('--contrast <contrast>', 'T1w or T2w only; default: the mixture of training')
    .addOption(
      new Option('--extent <extent>', 'of the phantoms: necks, or spines down to the sacrum')
        .choices([...phantomExtents])
        .default('neck'),
    )
    .action(action(evaluate));
};

async function evaluate(
  context: CommandContext,
  model: string,
  set: string | undefined,
  own: EvaluateOptions,
): Promise<void> {
  if (set !== undefined) return validateOnSet(context, model, set, own);
  if (own.pictures !== undefined)
    throw new UserError('cannot draw pictures', '--pictures needs a prepared set', own.pictures);
  return measureOnPhantoms(context, model, own);
}

async function validateOnSet(
  { options, output, signal }: CommandContext,
  model: string,
  set: string,
  { pictures }: EvaluateOptions,
): Promise<void> {
  const service = new EvaluationService({ ...options, onNotice: output.engineNotice });
  const progress = new CountProgress(output, 'Evaluating');
  try {
    const found = await service.evaluate(model, set, { pictures, signal, progress: progress.update });
    progress.finish();
    for (const notice of found.notices) output.note(`note: ${notice}`);
    output.result(found, () => describeSet(found, output));
  } finally {
    await service.dispose();
  }
}

function describeSet(found: SetEvaluation, output: CommandContext['output']): string {
  const distance = found.medianDistance === null ? '-' : `${found.medianDistance.toFixed(2)} mm`;
  return [
    `${found.model} on ${found.set}: ${found.samples} ${found.split} samples (${found.engine}, ${found.seconds.toFixed(1)} s)`,
    `loss ${found.loss.toPrecision(4)}, PCK ${percent(found.pck)}, dice ${found.dice.toFixed(3)}, identified ${percent(found.identified)}, median distance ${distance}`,
    output.table(
      ['disc', 'PCK'],
      found.perJoint.map(({ name, pck }) => [name, percent(pck)]),
    ),
    ...found.pictures,
  ].join('\n');
}

async function measureOnPhantoms(
  { options, output, signal }: CommandContext,
  name: string,
  { phantoms, seed, contrast, extent }: EvaluateOptions,
): Promise<void> {
  const { description, weights } = await findModel(name);
  const inference = await createInferenceInWorker(description.network, weights, {
    ...options,
    onNotice: output.engineNotice,
  });
  const progress = output.progress('Evaluating', phantoms);
  try {
    const evaluation = await evaluateOnPhantoms(description, inference, {
      count: phantoms,
      seed,
      contrast,
      extent,
      signal,
      progress: (done) => progress.update(done),
    });
    progress.finish();
    const { summary, levels } = evaluation;
    output.result(
      {
        model: description.name,
        engine: inference.engine,
        phantoms,
        seed,
        summary,
        levels: [...levels].map(([value, level]) => ({ value, name: discName(value), ...level })),
      },
      () => describe(evaluation, output),
    );
  } finally {
    await inference.dispose();
  }
}

function describe({ summary, levels }: PhantomEvaluation, output: CommandContext['output']): string {
  const row = (name: string, level: DiscSummary) => [
    name,
    level.total,
    percent(level.identificationRate),
    level.shifted,
    level.misnamed,
    level.missed,
    level.false,
    level.distance.median.toFixed(2),
  ];
  const head = ['disc', 'true', 'identified', 'shifted', 'misnamed', 'missed', 'false', 'median mm'];
  const rows = [...levels].map(([value, level]) => row(discName(value), level));
  return output.table(head, [...rows, row('all', summary)]);
}
