import { choose, chooseEngine } from '@disc-labeling/models/engines/choice';
import { probeNow, type Probe } from '@disc-labeling/models/engines/probe';
import type { EngineId } from '@disc-labeling/models/engines/types';
import { UserError } from '@disc-labeling/models/errors';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const works = (over: Partial<Extract<Probe, { available: true }>> = {}): Probe => ({
  available: true,
  device: 'a graphics card',
  software: false,
  trial: { milliseconds: 10, cpuMilliseconds: 60, deviation: 1e-5 },
  ...over,
});
const trial = (milliseconds: number, deviation = 1e-5) => ({ milliseconds, cpuMilliseconds: 60, deviation });
const absent: Probe = { available: false, reason: 'it is not there' };

/** What is chosen where engines answer like this, and all others are absent. */
const chosen = (answers: Partial<Record<EngineId, Probe>>) =>
  choose(async (engine) => answers[engine] ?? absent);

describe('the automatic choice', () => {
  it('is the CPU where nothing else works', async () => {
    expect(await chosen({})).toEqual({
      engine: 'onnxruntime-cpu',
      reason: 'no graphics processor works here',
    });
  });

  it('is the fastest of those that work, with its times as the reason', async () => {
    const { engine, reason } = await chosen({
      'onnxruntime-cuda': works({ trial: trial(8) }),
      'onnxruntime-webgpu': works({ trial: trial(5) }),
    });
    expect(engine).toBe('onnxruntime-webgpu');
    expect(reason).toMatch(/5\.0 ms .* 60\.0 ms on the CPU/);
  });

  it.each([
    ['slower than the CPU', works({ trial: trial(55) }), /a graphics card\) takes 55\.0 ms/],
    ['wrong', works({ trial: trial(1, 0.5) }), /other numbers/],
    ['not a number', works({ trial: trial(1, NaN) }), /other numbers/],
    ['only software', works({ software: true }), /CPU in disguise/],
    ['stuck in its trial', works({ trial: null }), /did not finish/],
  ])('never is an engine that is %s', async (_, probe, reason) => {
    expect(await chosen({ 'onnxruntime-webgpu': probe })).toEqual({
      engine: 'onnxruntime-cpu',
      reason: expect.stringMatching(reason),
    });
  });
});

describe('an engine asked for', () => {
  it('is refused in one sentence where it is missing', async () => {
    const missing = process.platform === 'win32' ? 'onnxruntime-coreml' : 'onnxruntime-directml';
    await expect(chooseEngine(missing)).rejects.toThrow(UserError);
    await expect(chooseEngine(missing)).rejects.toThrow(
      new RegExp(`cannot use engine ${missing}: .* is a part of .*; .engines. lists`),
    );
  });
});

describe('probing in a process of its own', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'probe-'))));
  afterEach(() => rm(folder, { recursive: true }));

  async function probed(source: string, options: { trial?: boolean; limit?: number } = {}): Promise<Probe> {
    const program = join(folder, 'program.mjs');
    await writeFile(program, source);
    return probeNow('onnxruntime-cpu', { program, ...options });
  }
  const found = { device: 'a card', software: false };
  const saysWorks = `process.send({ kind: 'works', found: ${JSON.stringify(found)} });`;

  it('hears what was found', async () => {
    expect(await probed(saysWorks)).toEqual({ available: true, trial: null, ...found });
    const times = trial(3);
    const whole = `${saysWorks} process.send({ kind: 'trial', trial: ${JSON.stringify(times)} });`;
    expect(await probed(whole, { trial: true })).toEqual({ available: true, trial: times, ...found });
  });

  it('survives a crash, and takes its last words as the reason', async () => {
    expect(await probed(`process.stderr.write('Warning: no drivers\\n', () => process.abort())`)).toEqual({
      available: false,
      reason: expect.stringMatching(/crashed when tried \(SIGABRT: /),
    });
  });

  it('gives up one that hangs', async () => {
    expect(await probed('setInterval(() => {}, 1000)', { limit: 300 })).toEqual({
      available: false,
      reason: 'it did not answer within 0.3 s',
    });
  });

  it('knows an engine that crashes in its trial as working, but untried', async () => {
    const source = `${saysWorks} setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 200);`;
    expect(await probed(source, { trial: true })).toEqual({ available: true, trial: null, ...found });
  });

  it('passes on why an engine does not work, shortened', async () => {
    const message = `no device\n${'x'.repeat(500)}`;
    expect(await probed(`process.send({ kind: 'failed', message: ${JSON.stringify(message)} });`)).toEqual({
      available: false,
      reason: 'no device',
    });
  });
});
