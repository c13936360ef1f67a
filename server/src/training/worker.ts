/** The training process: gets one `start`, reports as it trains, ends after `done`, `cancelled` or `error`. */
import { CancelledError, UserError } from '@disc-labeling/models/errors';
import type { EngineChoice } from '@disc-labeling/models/engines/types';
import { once } from 'node:events';
import { assembleTraining } from './assemble.js';
import { parseTrainingConfig } from './config.js';
import { EngineLog } from './engine.js';
import type { TrainingCommand, TrainingReport } from './events.js';
import { completeConfig } from './prepared-config.js';
import { interruption, RunFolder } from './run-folder.js';
import { train } from './trainer.js';

const abort = new AbortController();
const stop = () => abort.abort();
/** The starter is gone (editor closed, command line killed), or the machine goes down: stop at a checkpoint. */
const interrupt = () => abort.abort(interruption);
process.on('SIGINT', stop);
process.on('SIGTERM', interrupt);
process.on('disconnect', interrupt);

process.on('message', (command: TrainingCommand) => {
  if (command.kind === 'cancel') stop();
  else void start(command).finally(leave);
});

let lastStep = 0;

/** Settled when everything reported so far has left this process. */
let sent = Promise.resolve();

function report(message: TrainingReport): void {
  if (message.kind === 'step') lastStep = message.step;
  if (!process.connected) return;
  sent = new Promise((settle) => process.send!(message, undefined, undefined, () => settle()));
}

async function start(command: Extract<TrainingCommand, { kind: 'start' }>): Promise<void> {
  const folder = new RunFolder(command.output);
  const engines = new EngineLog(folder, report);
  try {
    const config = await completeConfig(parseTrainingConfig(command.config));
    const parts = await assembleTraining(config, {
      engine: command.engine as EngineChoice,
      ...(command.threads === null ? {} : { threads: command.threads }),
      resume: command.resume,
      signal: abort.signal,
      onNotice: (notice) => engines.notice(notice),
    });
    try {
      await train(config, folder, parts, {
        resume: command.resume,
        signal: abort.signal,
        onEvent: (event) => engines.event(event),
        provenance: { command: command.command },
      });
    } finally {
      await parts.dispose();
    }
  } catch (error) {
    reportEnd(error);
  }
}

function reportEnd(error: unknown): void {
  if (error instanceof CancelledError) return report({ kind: 'cancelled', step: lastStep });
  if (error instanceof UserError)
    return report({
      kind: 'error',
      what: error.what,
      why: error.why,
      ...(error.file === undefined ? {} : { file: error.file }),
    });
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  report({ kind: 'error', what: 'training failed', why: message, stack: stack ?? message });
}

/** Ends the process once its last message is out, or nobody listens; engines may keep threads that would hold it. */
async function leave(): Promise<void> {
  if (process.connected) await Promise.race([sent, once(process, 'disconnect')]);
  process.exit();
}
