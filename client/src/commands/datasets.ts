import { withoutBackend, type Command, type Extension } from './command.js';
import { createDataset } from './create-dataset.js';
import { labelFolder } from './label-folder.js';
import { openDemo } from './open-demo.js';
import { prepare } from './prepare.js';
import { synthesizeDataset } from './synthesize-dataset.js';

const onFolder = (run: (extension: Extension, given: unknown) => Promise<void>): Command => ({
  obstacle: withoutBackend,
  run: (extension, given) => run(extension, given),
});

/** What is done with datasets and folders of volumes. */
export const datasetCommands = {
  createDataset: onFolder(createDataset),
  prepare: onFolder(prepare),
  synthesizeDataset: onFolder(synthesizeDataset),
  labelFolder: onFolder(labelFolder),
  openDemo: onFolder(openDemo),
} satisfies Record<string, Command>;
