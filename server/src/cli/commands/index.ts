import type { RegisterCommand } from '../program.js';

/** Every command of the command line, in the order of its help. */
export const commands: readonly RegisterCommand[] = [];
