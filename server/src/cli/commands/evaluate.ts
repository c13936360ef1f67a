import { Option } from 'commander';
import { UserError } from '@disc-labeling/models/errors';
import { phantomExtents } from '../../dataset/phantom/scenery.js';
import type { PhantomChoice, SetEvaluation } from '../../protocol/index.js';
import { evaluating } from '../evaluating.js';
import { percent } from '../figures.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';
import { measureOnPhantoms, measureRobustness } from './evaluate-phantoms.js';

interface EvaluateOptions extends PhantomChoice {
  readonly pictures?: string;
  readonly robustness?: boolean;
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
    .addOption(
      new Option('--contrast <contrast>', 'of the phantoms; default: the mixture of training').choices([
        'T1w',
        'T2w',
      ]),
    )
    .addOption(
      new Option('--extent <extent>', 'of the phantoms: necks, or spines down to the sacrum')
        .choices([...phantomExtents])
        .default('neck'),
    )
    .option(
      '--robustness',
      'instead: read necks that are turned, coarser, noisier, saturated, cut or in thicker slices, each more and more',
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
  return own.robustness ? measureRobustness(context, model, own) : measureOnPhantoms(context, model, own);
}

async function validateOnSet(
  context: CommandContext,
  model: string,
  set: string,
  { pictures }: EvaluateOptions,
): Promise<void> {
  const { output } = context;
  const found = await evaluating(context, 'Evaluating', (service, work) =>
    service.evaluate(model, set, { pictures, ...work }),
  );
  for (const notice of found.notices) output.note(`note: ${notice}`);
  output.result(found, () => describeSet(found, output));
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
