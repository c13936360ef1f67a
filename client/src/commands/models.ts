import { withoutBackend, type Command, type Extension } from './command.js';
import { deleteModel } from './delete-model.js';
import { exportModel } from './export-model.js';
import { importWeights } from './import-weights.js';
import { installModel } from './install-model.js';
import { makeDefaultModel } from './make-default-model.js';
import { revealModelCard } from './reveal-model-card.js';

const onModels = (run: (extension: Extension, given: unknown) => Promise<void>): Command => ({
  obstacle: withoutBackend,
  run: (extension, given) => run(extension, given),
});

/** What is done with models. */
export const modelCommands = {
  importWeights: onModels(importWeights),
  installModel: onModels(installModel),
  exportModel: onModels(exportModel),
  deleteModel: onModels(deleteModel),
  makeDefaultModel: onModels(makeDefaultModel),
  revealModelCard: onModels(revealModelCard),
} satisfies Record<string, Command>;
