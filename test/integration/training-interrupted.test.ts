import { readModel } from '@disc-labeling/models/weights/folder';
import type { TrainingReport } from '@disc-labeling/server/training/events';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { readTrainingState } from '@disc-labeling/server/training/state';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleTraining, Sitting, tinyTraining } from '../support/training-program.js';

const failingFiles = fileURLToPath(new URL('../support/failing-files.mjs', import.meta.url));

let root: string;
let program: string;
beforeAll(async () => {
  root = await bundleTraining();
  program = join(root, 'training-worker.mjs');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A training that would go on for long. */
const long = (training: object = {}) => ({
  ...tinyTraining,
  training: { ...tinyTraining.training, epochs: 10_000, stepsPerEpoch: 1000, ...training },
});

describe('a training process', () => {
  it.each([
    ['cancel', (sitting: Sitting) => sitting.cancel()],
    ['SIGINT', ({ process }: Sitting) => void process.kill('SIGINT')],
    ['SIGTERM', ({ process }: Sitting) => void process.kill('SIGTERM')],
    ['the loss of who started it', ({ process }: Sitting) => process.disconnect()],
  ])('stops within one step at %s, with a checkpoint', async (name, stop) => {
    const output = join(root, name);
    let askedAt = 0;
    const onReport = (report: TrainingReport, sitting: Sitting) => {
      if (report.kind !== 'step' || report.step !== 3) return;
      askedAt = report.step;
      stop(sitting);
    };
    const sitting = new Sitting(program, { config: long(), output }, { onReport });
    expect(await sitting.ended).toEqual({ code: 0, signal: null });
    const { counters } = await readTrainingState(new RunFolder(output).state());
    // The step under way when it was asked, and one that ended while the message was on its way.
    expect(counters.step).toBeGreaterThanOrEqual(askedAt);
    expect(counters.step).toBeLessThanOrEqual(askedAt + 2);
    if (name !== 'the loss of who started it')
      expect(sitting.told('cancelled')).toEqual([{ kind: 'cancelled', step: counters.step }]);
    expect((await readdir(output)).filter((file) => file.startsWith('.'))).toEqual([]);
  });

  it('stops while it validates, and judges the epoch when it is resumed', async () => {
    const output = join(root, 'validating');
    const config = long({ stepsPerEpoch: 2, validationSize: 400 });
    const stopped = new Sitting(
      program,
      { config, output },
      { onReport: (report, sitting) => report.kind === 'step' && report.step === 2 && sitting.cancel() },
    );
    await stopped.ended;
    expect(stopped.told('cancelled')).toEqual([{ kind: 'cancelled', step: 2 }]);
    expect(stopped.told('epoch')).toEqual([]);
    const resumed = new Sitting(
      program,
      { config: long({ stepsPerEpoch: 2 }), output, resume: true },
      { onReport: ({ kind }, sitting) => kind === 'epoch' && sitting.cancel() },
    );
    await resumed.ended;
    expect(resumed.told('epoch')[0]!.metrics).toMatchObject({ epoch: 0, step: 2 });
    expect(resumed.told('step').every(({ step }) => step > 2)).toBe(true);
  });

  it('refuses a run folder in which another one trains', async () => {
    const output = join(root, 'shared');
    const first = new Sitting(program, { config: long(), output });
    await expect
      .poll(() => first.told('checkpoint').length + first.told('step').length, { timeout: 60_000 })
      .toBeGreaterThan(0);
    const second = new Sitting(program, { config: long(), output });
    await second.ended;
    expect(second.told('error')[0]).toMatchObject({
      what: 'cannot train here',
      why: expect.stringContaining(`process ${first.process.pid} is training in this folder`),
    });
    first.cancel();
    await first.ended;
    expect(first.told('cancelled')).toHaveLength(1);
  });
});

describe('a full disk', () => {
  const config = long({ stepsPerEpoch: 2, epochs: 4, checkpointMinutes: 1e-9 });
  const sitting = (name: string, resume: boolean, environment: Record<string, string> = {}) =>
    new Sitting(
      program,
      { config, output: join(root, name), resume },
      { preload: failingFiles, environment },
    );

  // In the configuration, the first checkpoint, the best model, its picture, the next checkpoint, the metrics.
  it.each([3, 9, 18, 25, 30, 37])(
    'from write %i on stops training with what to do, leaves nothing partial, and can be gone on from',
    async (full) => {
      const output = join(root, `full-${full}`);
      const stopped = sitting(`full-${full}`, false, { FULL_FROM_WRITE: String(full) });
      await stopped.ended;
      const [error] = stopped.told('error');
      expect(error).toMatchObject({
        what: 'training stopped',
        why: expect.stringMatching(/^no space is left on the disk; (there is no|the last) checkpoint/),
      });
      expect(error).not.toHaveProperty('stack');
      const partial = (await readdir(output, { recursive: true })).filter((file) => /(^|\/)\./.test(file));
      expect(partial).toEqual([]);
      const before = error!.why.includes('no checkpoint')
        ? null
        : (await readTrainingState(new RunFolder(output).state())).counters.step;
      if (before !== null) {
        expect(error!.why).toContain(`of step ${before}`);
        await readModel(join(output, 'last'));
      }
      const resumed = sitting(`full-${full}`, before !== null);
      await resumed.ended;
      expect(resumed.told('error')).toEqual([]);
      expect(resumed.told('started')[0]!.step).toBe(before ?? 0);
      expect(resumed.told('done')).toHaveLength(1);
    },
  );
});
