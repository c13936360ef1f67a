import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatasetService } from '../../server/src/dataset/service.js';
import type { MeasuredProgress, Work } from '../../server/src/work.js';

/** The way of the walkthrough: drawn, gathered, prepared. */
let folder: string;
const service = new DatasetService({ threads: 2 });
const fractions: number[] = [];
const work = (signal = new AbortController().signal): Work<MeasuredProgress> => ({
  signal,
  progress: ({ message, fraction }) => {
    expect(message).not.toBe('');
    fractions.push(fraction);
  },
});
const at = (name: string): string => join(folder, name);
const prepare = (output: string, split: 'train' | 'test') =>
  service.prepare(
    {
      dataset: at('gathered'),
      output: at(output),
      contrast: 'T1w',
      split,
      preparation: 'own',
      pictures: split === 'train',
    },
    work(),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dataset-service-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('three subjects are drawn, with a volume to look at', async () => {
  const outcome = await service.synthesize({ output: at('drawn'), subjects: 3, seed: 1 }, work());
  expect(outcome).toMatchObject({ folder: at('drawn'), taken: 3, leftOut: [], notices: [] });
  expect(existsSync(outcome.example!)).toBe(true);
  expect(fractions.at(-1)).toBe(1);
  const again = await service.synthesize({ output: at('drawn'), subjects: 3, seed: 1 }, work());
  expect(again.notices).toEqual(['6 images were there already and are kept.']);
});

test('they are gathered; progress never goes back', async () => {
  await rm(join(at('drawn'), 'sub-002', 'anat', 'sub-002_T2w.nii.gz'));
  fractions.splice(0);
  const outcome = await service.create({ bids: at('drawn'), output: at('gathered') }, work());
  expect(outcome.taken).toBe(3);
  expect(new Set(outcome.leftOut.map(({ subject }) => subject))).toEqual(new Set(['sub-002']));
  expect(outcome.leftOut.map(({ reason }) => reason)).toContain('labels, but no image');
  expect(existsSync(outcome.example!)).toBe(true);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
});

test('they are prepared for training and for testing, no subject for both', async () => {
  fractions.splice(0);
  const training = await prepare('prepared', 'train');
  expect(training.taken).toBe(2);
  expect(training.example).toMatch(/pictures.*\.png$/);
  expect(existsSync(training.example!)).toBe(true);
  expect(training.notices).toContain('1 training, 1 validation');
  expect(fractions.at(-1)).toBe(1);
  expect(await prepare('test', 'test')).toMatchObject({ taken: 1, example: null });
});

test('what cannot be done is said, and what is cancelled ends', async () => {
  await expect(service.synthesize({ output: folder, subjects: 1, seed: 1 }, work())).rejects.toThrow(
    UserError,
  );
  const aborted = AbortSignal.abort();
  await expect(
    service.synthesize({ output: at('other'), subjects: 1, seed: 1 }, work(aborted)),
  ).rejects.toThrow(CancelledError);
});
