import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The product's root: the nearest folder above this file that holds `models/weights`, whether the code
 * runs from its sources, from `dist` of a checkout or from an installed extension.
 */
function findRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'models', 'weights'))) return folder;
    if (folder === dirname(folder))
      throw new Error('models/weights is not above this file: the installation is incomplete');
  }
}

export const productRoot = findRoot();

/** Models that ship. */
export const weightsFolder = join(productRoot, 'models', 'weights');

/** The user's own models, imported or trained; `DISC_MODELS_DIR` puts them elsewhere. */
export const userModelsFolder =
  process.env['DISC_MODELS_DIR'] ??
  join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'disc-labeling', 'models');
