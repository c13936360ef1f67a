import { configurationCommands } from '../protocol/configuration.js';
import { differencesToRun } from './checks/output.js';
import type { Disk } from './disk.js';
import type { Configuration } from './read.js';

/** One step of the workflow, offered above a configuration. */
export interface Lens {
  readonly title: string;
  readonly tooltip: string;
  /** null where it can't be done; the title then says why. */
  readonly command: string | null;
}

type Step = keyof typeof configurationCommands;

const can = (step: Step, title: string, tooltip: string): Lens => ({
  title,
  tooltip,
  command: configurationCommands[step],
});
const cannot = (title: string, why: string, tooltip = why): Lens => ({
  title: `${title} (${why})`,
  tooltip,
  command: null,
});

/** The steps that make sense with a configuration, in their order. */
export async function lensesOf(configuration: Configuration, disk: Disk): Promise<Lens[]> {
  const { training, dataset, output } = configuration;
  const run = await disk.run(output);
  const { data } = training;
  const ready = data.source === 'phantom' || disk.isPrepared(data.path);
  const training_ = run.holder === null ? null : `${run.holder} trains there`;
  return [
    ...(await prepareLens(configuration, disk)),
    training_ !== null
      ? cannot('Train', 'training now', training_)
      : !ready
        ? cannot(
            'Train',
            'prepare first',
            data.source === 'prepared' ? `no prepared set in ${data.path}` : '',
          )
        : run.checkpoint
          ? cannot(
              'Train',
              'the run is there already',
              `${output} holds a run: resume it, or give another output`,
            )
          : can('train', 'Train', `Train ${training.name} into ${output}`),
    ...(await resumeLens(configuration, run, training_)),
    ...evaluateLens(configuration, run.trained, ready),
    ...(dataset === null ? [] : [testLens(dataset.test, run.trained, disk.isPrepared(dataset.test))]),
  ];
}

async function prepareLens({ dataset }: Configuration, disk: Disk): Promise<Lens[]> {
  if (dataset === null || dataset.source === null) return [];
  const { problem } = await disk.dataset(dataset.source);
  if (problem !== null) return [cannot('Prepare', 'no dataset there', `${dataset.source}: ${problem}`)];
  const done = disk.isPrepared(dataset.prepared) && disk.isPrepared(dataset.test);
  return [
    done
      ? can(
          'prepare',
          'Prepare again',
          `Bring the samples in ${dataset.prepared} up to date; makes only what has changed`,
        )
      : can('prepare', 'Prepare', `Make the samples for training and testing from ${dataset.source}`),
  ];
}

async function resumeLens(
  configuration: Configuration,
  run: Awaited<ReturnType<Disk['run']>>,
  busy: string | null,
): Promise<Lens[]> {
  if (!run.checkpoint) return [];
  if (busy !== null) return [];
  const { epochs } = configuration.training.training;
  if (run.epochs >= epochs)
    return [cannot('Resume', 'finished', `all ${epochs} epochs are done; raise training.epochs to go on`)];
  const differences = run.config === null ? [] : await differencesToRun(configuration, run.config);
  if (differences.length > 0) return [cannot('Resume', 'settings changed', differences.join(', '))];
  return [can('resume', 'Resume', `Go on after epoch ${run.epochs} of ${epochs}`)];
}

function evaluateLens({ training }: Configuration, trained: boolean, ready: boolean): Lens[] {
  if (!trained) return [cannot('Evaluate', 'train first', 'there is no trained model in the run folder yet')];
  if (!ready) return [cannot('Evaluate', 'prepare first', 'the prepared set is not there')];
  return [
    can('evaluate', 'Evaluate', `Loss, accuracy and pictures of ${training.name} on the held-out samples`),
  ];
}

function testLens(folder: string, trained: boolean, prepared: boolean): Lens {
  if (!trained) return cannot('Test', 'train first', 'there is no trained model in the run folder yet');
  if (!prepared) return cannot('Test', 'prepare first', `no test samples in ${folder}`);
  return can('test', 'Test', `The paper's metrics on the samples in ${folder}`);
}
