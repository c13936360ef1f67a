import { modelContrasts } from '@disc-labeling/models/model';
import { normKinds } from '@disc-labeling/models/training';
import { Option } from 'commander';
import type { Command } from 'commander';
import { readConfiguration } from '../../configuration/read.js';
import { monitors } from '../../training/config.js';
import { configForSet, isFolder } from '../../training/prepared-config.js';
import type { TrainingEvent, TrainingSummary } from '../../training/events.js';
import { withOverrides } from '../../training/overrides.js';
import type { TrainingOverrides } from '../../training/overrides.js';
import { runTraining } from '../../training/runs.js';
import { percent } from '../figures.js';
import type { Output, Progress } from '../output.js';
import { finiteNumber, wholeNumber, type RegisterCommand } from '../program.js';

interface TrainOptions extends TrainingOverrides {
  readonly output?: string;
  readonly resume?: boolean;
}

/** `train`: a network from a training configuration. */
export const registerTrain: RegisterCommand = (program, action) => {
  const command = program
    .command('train <config-or-set>')
    .description(
      'train a network as a configuration file (JSON) says, or on a prepared set (a folder); options given here go before it',
    )
    .option(
      '--output <run>',
      'the run folder: checkpoints, metrics, log; else the one the configuration names',
    )
    .option('--resume', "go on from the run folder's last checkpoint");
  addOverrides(command).action(
    action(async ({ options, output, signal }, file: string, given: TrainOptions) => {
      const { output: named, resume, ...overrides } = given;
      const configured = (await isFolder(file)) ? null : await readConfiguration(file);
      const config = withOverrides(configured?.training ?? (await configForSet(file)), overrides);
      const run = named ?? (configured?.hasOutput ? configured.output : undefined);
      if (run === undefined)
        return command.error(
          "error: required option '--output <run>' not specified, nor is it in a configuration",
        );
      const summary = await runTraining(config, run, {
        resume: resume === true,
        engine: options.engine,
        ...(options.threads === undefined ? {} : { threads: options.threads }),
        command: ['disc-labeling', ...process.argv.slice(2)].join(' '),
        signal,
        onEvent: follow(output),
      });
      output.result(summary, summaryText);
    }),
  );
};

function addOverrides(command: Command): Command {
  return command
    .option('--attention', 'with the multi-level attention')
    .option('--no-attention', 'without it')
    .option('--stacks <n>', 'hourglasses in sequence', wholeNumber(1))
    .option('--blocks <n>', 'residual blocks per module', wholeNumber(0))
    .option('--features <n>', "width of the hourglass (the reference's `planes`)", wholeNumber(1))
    .option('--joints <n>', 'heat maps', wholeNumber(1))
    .addOption(new Option('--contrast <contrast>', 'what to train for').choices(modelContrasts))
    .option('--initial <model>', 'start from the weights of a model, a run or an installed model')
    .option('--epochs <n>', 'epochs to train', wholeNumber(1))
    .option('--steps-per-epoch <n>', 'training steps between validations', wholeNumber(1))
    .option('--start-epoch <n>', 'first epoch, counted from 0', wholeNumber(0))
    .option('--train-batch <n>', 'images per training step', wholeNumber(1))
    .option(
      '--parts <n>',
      'parts of a batch, computed beside each other, with batch norms each',
      wholeNumber(1),
    )
    .addOption(
      new Option(
        '--norms <kind>',
        "what batch norms use: each batch's statistics or the initial model's",
      ).choices([...normKinds]),
    )
    .option('--val-batch <n>', 'images per validation step', wholeNumber(1))
    .addOption(new Option('--optimizer <name>', 'how weights are updated').choices(['rmsprop', 'adam']))
    .option('--lr <rate>', 'learning rate', finiteNumber)
    .option('--momentum <share>', 'momentum of rmsprop', finiteNumber)
    .option('--weight-decay <rate>', 'L2 penalty', finiteNumber)
    .option('--schedule <epochs...>', 'epochs at which the learning rate falls', collectWhole)
    .option('--gamma <factor>', 'factor by which it falls', finiteNumber)
    .option('--cosine [start]', 'let it fall along half a cosine instead, from this share on', finiteNumber)
    .option('--warmup <steps>', 'steps over which it rises from zero', wholeNumber(0))
    .option('--sigma-decay <factor>', 'factor on the target width after every epoch; 0: none', finiteNumber)
    .option('--clip <norm>', 'largest norm of the gradients; 0: any', finiteNumber)
    .option('--ema <decay>', 'moving average of the weights; 0: none', finiteNumber)
    .addOption(new Option('--loss <kind>', 'what is minimised').choices(['reference', 'weighted']))
    .addOption(new Option('--monitor <figure>', 'what tells the best epoch').choices([...monitors]))
    .option('--patience <epochs>', 'end after so many without a better one; 0: never', wholeNumber(0))
    .option('--time-budget <minutes>', 'wall time within which the schedule ends', finiteNumber)
    .option('--seed <n>', 'decides every random choice', wholeNumber(0));
}

function collectWhole(text: string, previous: readonly number[] | undefined): number[] {
  return [...(previous ?? []), wholeNumber(0)(text)];
}

/** Shows what a training tells on stderr. */
function follow(output: Output): (event: TrainingEvent) => void {
  let progress: Progress | undefined;
  return (event) => {
    switch (event.kind) {
      case 'started':
        output.note(
          `training ${event.parameters.toLocaleString('en')} parameters on ${event.engine}, steps ${event.step} to ${event.steps}`,
        );
        progress = output.progress('training', event.steps);
        break;
      case 'step':
        progress?.update(
          event.step,
          `epoch ${event.epoch}, loss ${event.loss.toPrecision(3)}, ${event.stepsPerSecond.toFixed(2)} steps/s, ${minutes(event.secondsLeft)} left${event.waiting >= 0.05 ? `, waiting for data ${percent(event.waiting)} of the time` : ''}`,
        );
        break;
      case 'epoch': {
        const { metrics: m } = event;
        output.note(
          `epoch ${m.epoch}: loss ${m.trainingLoss.toPrecision(4)}, validation ${m.validationLoss.toPrecision(4)}, discs found ${percent(m.identified ?? 0)}, levels within 5 mm ${percent(m.accuracy)}, false ${percent(m.falseRate)}, waiting for data ${percent(m.waiting ?? 0)}${event.best ? ' (best)' : ''}`,
        );
        break;
      }
      case 'notice':
        output.note(event.message);
        break;
      case 'checkpoint':
        output.detail(`checkpoint at step ${event.step}`);
        break;
      case 'done':
        progress?.finish();
    }
  };
}

const endings = { epochs: '', patience: ' (no better epoch for long)', time: ' (its time is spent)' };

function summaryText({ run, steps, seconds, ending, best }: TrainingSummary): string {
  const found =
    best === null
      ? ''
      : `, best epoch ${best.epoch}: ${percent(best.accuracy)} of levels within 5 mm, median ${best.medianDistance.toFixed(2)} mm`;
  return `${run}: ${steps} steps in ${minutes(seconds)}${endings[ending]}${found}`;
}

const minutes = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
