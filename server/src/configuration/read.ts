import { UserError } from '@disc-labeling/models/errors';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { describeConfigIssue } from '../training/config-issues.js';
import { parseTrainingConfig, type TrainingConfig } from '../training/config.js';
import { parseJsonc } from './jsonc.js';
import { configurationSchema } from './schema.js';

/** A configuration with every default filled in; every path is absolute. */
export interface Configuration {
  readonly file: string;
  readonly training: TrainingConfig;
  /** The run folder. */
  readonly output: string;
  /** Whether the file says where the run goes, be it by name or by being a `disc-labeling.json`. */
  readonly hasOutput: boolean;
  /** null where the file names none. */
  readonly dataset: {
    readonly source: string | null;
    readonly prepared: string;
    readonly test: string;
    readonly preparation: 'own' | 'reference';
    /** Contrast by name, or `both`. */
    readonly contrast: string;
    readonly seed: number;
  } | null;
}

/** Whether a file goes by the name of a configuration: `disc-labeling.json` or `….disc-labeling.json`. */
export const isConfigurationFile = (file: string): boolean =>
  /(^|\.)disc-labeling\.json$/.test(basename(file));

/**
 * Reads and checks a configuration file (JSON, comments and trailing commas allowed). Paths in it are relative to
 * the file; an initial model is looked for there first.
 * @throws UserError there is no such file, or the first thing that is wrong with it
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  const { value, error } = parseJsonc(await readText(file));
  if (error !== null)
    throw new UserError('cannot read training configuration', `it is not JSON: ${error}`, file);
  return parseConfiguration(value, file);
}

/**
 * Checks a configuration and fills in its defaults.
 * @param value parsed JSON
 * @param file  what paths are relative to, named in the message of a failure
 * @throws UserError naming the first offending key, with a suggestion for a misspelt one
 */
export function parseConfiguration(value: unknown, file: string): Configuration {
  const parsed = configurationSchema.safeParse(value);
  const refuse = (why: string): never => {
    throw new UserError('invalid training configuration', why, file);
  };
  if (!parsed.success) return refuse(describeConfigIssue(configurationSchema, parsed.error));
  const { dataset: given, output, data: wanted, ...rest } = parsed.data;
  const here = (path: string): string => resolve(dirname(file), path);
  const dataset = given === undefined ? null : datasetOf(parsed.data, here);
  const data = wanted ?? { source: dataset === null ? ('phantom' as const) : ('prepared' as const) };
  const path =
    'path' in data && data.path !== undefined ? here(data.path) : dataset === null ? null : dataset.prepared;
  if (data.source === 'prepared' && path === null)
    return refuse('`data.path`: name the folder of a prepared set, or give a `dataset`');
  const training = parseTrainingConfig(
    { ...rest, data: data.source === 'prepared' ? { ...data, path } : data },
    file,
  );
  const beside = training.initial === null ? null : here(training.initial);
  return {
    file,
    training: { ...training, initial: beside !== null && existsSync(beside) ? beside : training.initial },
    output: here(output ?? join('runs', training.name)),
    hasOutput: output !== undefined || isConfigurationFile(file),
    dataset,
  };
}

function datasetOf(
  { dataset, data, contrast }: z.output<typeof configurationSchema>,
  here: (path: string) => string,
): NonNullable<Configuration['dataset']> {
  const { source, prepared, test, preparation, seed, contrast: own } = dataset!;
  const trainedOn = data?.source === 'prepared' ? data.path : undefined;
  return {
    source: source === undefined ? null : here(source),
    prepared: here(prepared ?? trainedOn ?? 'prepared'),
    test: here(test),
    preparation,
    contrast: own ?? (contrast === 'any' ? 'both' : contrast),
    seed,
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EISDIR'
        ? 'it is a folder; give a training configuration file (JSON)'
        : code === 'ENOENT'
          ? 'there is no such file; give a training configuration file (JSON)'
          : message;
    throw new UserError('cannot read training configuration', why, file, { cause });
  }
}
