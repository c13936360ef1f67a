import { Option } from 'commander';
import { createInferenceInWorker } from '@disc-labeling/models/engines';
import { evaluateOnPhantoms, type PhantomEvaluation } from '../../evaluation/phantoms.js';
import type { DiscSummary } from '../../evaluation/metrics.js';
import { phantomExtents, type PhantomExtent } from '../../dataset/phantom/scenery.js';
import { findModel } from '../../labeling/models.js';
import { discName } from '../../volume/levels.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

interface EvaluateOptions {
  readonly phantoms: number;
  readonly seed: number;
  readonly contrast?: 'T1w' | 'T2w';
  readonly extent?: PhantomExtent;
}

/** `evaluate <model|run>`: how good a model is on phantoms it never saw. */
export const registerEvaluate: RegisterCommand = (program, action) => {
  program
    .command('evaluate')
    .description('measure a model on held-out phantoms')
    .argument('<model>', 'name of a model, a model folder, or a run folder')
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
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
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
