import type { RegisterCommand } from '../program.js';
import { registerDataset } from './dataset.js';
import { registerLabel } from './label.js';
import { registerEngines, registerModels } from './models.js';
import { registerTrain } from './train.js';

/** Every command of the command line, in the order of its help. */
export const commands: readonly RegisterCommand[] = [
  registerLabel,
  registerDataset,
  registerTrain,
  registerModels,
  registerEngines,
];
