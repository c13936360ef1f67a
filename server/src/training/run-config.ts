import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readTrainingConfig, type TrainingConfig } from './config.js';

/**
 * The configuration of the run a model folder belongs to (its `best` or `last`); null for a model that stands alone.
 * @throws UserError the run's `config.json` is damaged
 */
export async function configOfRun(modelFolder: string): Promise<TrainingConfig | null> {
  const place = resolve(modelFolder);
  const file = join(dirname(place), 'config.json');
  if (!['best', 'last'].includes(basename(place)) || !existsSync(file)) return null;
  return readTrainingConfig(file);
}
