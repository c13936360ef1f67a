import { averageModels } from './average-models.js';
import { onGiven, type Command } from './command.js';
import { deleteModel } from './delete-model.js';
import { exportModel } from './export-model.js';
import { importWeights } from './import-weights.js';
import { installModel } from './install-model.js';
import { makeDefaultModel } from './make-default-model.js';
import { revealModelCard } from './reveal-model-card.js';

/** What is done with models. */
export const modelCommands = {
  importWeights: onGiven(importWeights),
  installModel: onGiven(installModel),
  averageModels: onGiven(averageModels),
  exportModel: onGiven(exportModel),
  deleteModel: onGiven(deleteModel),
  makeDefaultModel: onGiven(makeDefaultModel),
  revealModelCard: onGiven(revealModelCard),
} satisfies Record<string, Command>;
