import { withoutBackend, type Command } from './command.js';
import { showEngines } from './show-engines.js';

/** What is done with the backend itself. */
export const backendCommands = {
  showEngines: { obstacle: withoutBackend, run: ({ backend }) => showEngines(backend) },
  showLog: { run: ({ backend }) => backend.log.show() },
  restartBackend: {
    // A backend that failed is what it is for.
    obstacle: (extension) => (extension.backend.health === 'untrusted' ? withoutBackend(extension) : null),
    run: ({ backend }) => backend.restart(),
  },
} satisfies Record<string, Command>;
