import type { Command } from './command.js';
import { newConfiguration } from './new-configuration.js';

/** What is done with configurations. */
export const configurationCommands = {
  newConfiguration: { run: () => newConfiguration() },
} satisfies Record<string, Command>;
