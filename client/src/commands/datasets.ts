import { onGiven, type Command } from './command.js';
import { createDataset } from './create-dataset.js';
import { labelFolder } from './label-folder.js';
import { openDemo } from './open-demo.js';
import { prepare } from './prepare.js';
import { synthesizeDataset } from './synthesize-dataset.js';

/** What is done with datasets and folders of volumes. */
export const datasetCommands = {
  createDataset: onGiven(createDataset),
  prepare: onGiven(prepare),
  synthesizeDataset: onGiven(synthesizeDataset),
  labelFolder: onGiven(labelFolder),
  openDemo: onGiven(openDemo),
} satisfies Record<string, Command>;
