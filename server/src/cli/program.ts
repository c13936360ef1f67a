import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { engineIds, type EngineChoice } from '@disc-labeling/models/engines/types';
import { commands } from './commands/index.js';
import { Output } from './output.js';
import { version } from '../version.js';

/** Exit statuses of the command line. */
export const exitStatus = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** Options every command understands, before or after its name. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly engine: EngineChoice;
  readonly threads?: number;
}

/** What a command works with besides its own arguments. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly output: Output;
  /** Aborted by Ctrl-C and by SIGTERM. */
  readonly signal: AbortSignal;
}

/** Turns a command's work into a commander action; the context is made when the action runs. */
export type Action = <Arguments extends unknown[]>(
  work: (context: CommandContext, ...args: Arguments) => Promise<void>,
) => (...args: [...Arguments, Command]) => Promise<void>;

/** Adds one command (or a group of commands) to the program. */
export type RegisterCommand = (program: Command, action: Action) => void;

/** Commander's parser for whole numbers of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) {
      throw new InvalidArgumentError(`give a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** Commander's parser for finite numbers. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('give a number.');
  return value;
}

/**
 * Runs one command line.
 *
 * @param args the words after the program's name
 * @returns the exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const cancel = () => abort.abort(new CancelledError());
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  const program = buildProgram(abort.signal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return abort.signal.aborted ? exitStatus.cancelled : exitStatus.done;
  } catch (error) {
    return report(error, args.includes('--verbose'), abort.signal);
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}

/** The whole command line, ready to parse. */
export function buildProgram(signal: AbortSignal): Command {
  const program = new Command('disc-labeling')
    .description(
      'Labels intervertebral discs in spine MRI; trains, evaluates and tests the network that does it.',
    )
    .version(version)
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--quiet', 'no progress and no notes on stderr')
    .option('--verbose', 'details and stack traces on stderr')
    .addOption(
      new Option('--engine <engine>', 'what computes').choices(['auto', ...engineIds]).default('auto'),
    )
    .option('--threads <n>', 'threads inside one operation', wholeNumber(1))
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  const action: Action =
    (work) =>
    async (...args) => {
      const command = args[args.length - 1] as Command;
      const options = command.optsWithGlobals<GlobalOptions>();
      const output = new Output(options);
      try {
        // Commander hands over (…arguments, own options, command); the command itself is ours.
        await work({ options, output, signal }, ...(args.slice(0, -1) as never));
      } finally {
        output.close();
      }
    };
  for (const register of commands) register(program, action);
  for (const command of allCommands(program))
    command.exitOverride().showHelpAfterError('(add --help for what there is)');
  return program;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

function report(error: unknown, verbose: boolean, signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
  if (error instanceof CancelledError || signal.aborted) {
    process.stderr.write('cancelled\n');
    return exitStatus.cancelled;
  }
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof UserError;
  process.stderr.write(
    `error: ${known ? message : `unexpected failure: ${message} (run again with --verbose for details)`}\n`,
  );
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitStatus.failed;
}
