import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { runTraining } from '@disc-labeling/server/training/runs';
import type { TrainingEvent } from '@disc-labeling/server/training/events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyConfig } from './fakes.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'runs-'))));
afterEach(() => rm(folder, { recursive: true }));

/** A training process whose behaviour is given as the body of its message handler. */
async function program(onMessage: string): Promise<string> {
  const file = join(folder, 'program.mjs');
  await writeFile(file, `process.on('message', (message) => { ${onMessage} });`);
  return file;
}

describe('runTraining', () => {
  it('hands over what was asked and passes events on', async () => {
    const events: TrainingEvent[] = [];
    const summary = await runTraining(tinyConfig(), join(folder, 'run'), {
      resume: true,
      threads: 2,
      onEvent: (event) => events.push(event),
      program: await program(
        `process.send({ kind: 'checkpoint', step: 3 });
         process.send({ kind: 'done', summary: message }, () => process.exit());`,
      ),
    });
    expect(summary).toMatchObject({ kind: 'start', resume: true, threads: 2, engine: 'auto' });
    expect(summary).toHaveProperty('config', tinyConfig());
    expect(summary).toHaveProperty('output', join(folder, 'run'));
    expect(events.map((event) => event.kind)).toEqual(['checkpoint', 'done']);
  });

  it('raises what the training process reports', async () => {
    const run = runTraining(tinyConfig(), folder, {
      program: await program(
        `process.send({ kind: 'error', what: 'training stopped', why: 'the loss is NaN', file: 'r' }, () => process.exit());`,
      ),
    });
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow('training stopped (r): the loss is NaN');
  });

  it.each([
    ['process.kill(process.pid, "SIGKILL")', /killed, probably for lack of memory.*--resume/],
    ['process.exit(3)', /status 3.*--resume/],
    ['throw new Error("no such tensor")', /ended unexpectedly/],
  ])('survives a process that dies: %s', async (body, message) => {
    const run = runTraining(tinyConfig(), folder, { program: await program(body) });
    await expect(run).rejects.toThrow(message);
  });

  it('asks the process to stop when aborted and waits for its checkpoint', async () => {
    const abort = new AbortController();
    const run = runTraining(tinyConfig(), folder, {
      signal: abort.signal,
      onEvent: () => abort.abort(),
      program: await program(
        `if (message.kind === 'start') process.send({ kind: 'checkpoint', step: 1 });
         else process.send({ kind: 'cancelled', step: 7 }, () => process.exit());`,
      ),
    });
    await expect(run).rejects.toThrow(CancelledError);
    await expect(run).rejects.toThrow(/step 7/);
  });
});
