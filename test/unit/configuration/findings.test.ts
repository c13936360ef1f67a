import type { Finding } from '@disc-labeling/server/configuration/findings';
import { parseJsonc } from '@disc-labeling/server/configuration/jsonc';
import { ConfigurationService } from '@disc-labeling/server/configuration/service';
import { edited } from '@disc-labeling/server/configuration/text';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import { fingerprint } from '@disc-labeling/server/training/fingerprint';
import { completeConfig } from '@disc-labeling/server/training/prepared-config';
import { parseConfiguration } from '@disc-labeling/server/configuration/read';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePreparedSet } from '../../support/prepared-set.js';
import { repositoryDir } from '../../support/shared.js';

let folder: string;
let service: ConfigurationService;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'configuration-'));
  const weightsFolder = join(folder, 'shipped');
  await mkdir(weightsFolder);
  service = new ConfigurationService({ weightsFolder, userModelsFolder: join(folder, 'none') });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const minimal = { formatVersion: 1, name: 'm' };
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify({ ...minimal, ...(value as object) }, null, 2);

const examine = (text: string) => service.examine(text, join(folder, 'disc-labeling.json'));

/** Findings as (what is underlined, code), and the first one's remedies by title, as the values they lead to. */
async function look(value: unknown) {
  const text = textOf(value);
  const findings = await examine(text);
  const marked = findings.map(({ start, end, code }) => [text.slice(start, end), code]);
  const results = (findings[0]?.fixes ?? []).map(({ title, edits }): [string, unknown] => [
    title,
    parseJsonc(edited(text, edits)).value,
  ]);
  return { text, findings, marked, fixes: Object.fromEntries(results) as Record<string, never> };
}

async function gathered(...names: string[]): Promise<void> {
  for (const name of names) {
    const file = join(folder, 'bids', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '');
  }
}

const set = [
  { discs: [{ value: 3, row: 30, column: 40 }] },
  { discs: [{ value: 3, row: 30, column: 40 }] },
  { discs: [{ value: 3, row: 30, column: 40 }], split: 'validation' as const },
];

describe('what can be seen in the text', () => {
  it('a misspelt key, renamed where it stands', async () => {
    const { marked, findings, fixes, text } = await look(
      '{\n  "formatVersion": 1,\n  "name": "m", // ours\n  "trainig": {}\n}',
    );
    expect(marked).toEqual([['"trainig"', 'unknown-key']]);
    expect(findings[0]!.message).toMatch(/Unknown key `trainig`; did you mean `training`\?/);
    expect(fixes).toMatchObject({
      'Rename to "training"': { ...minimal, training: {} },
      'Remove "trainig"': minimal,
    });
    expect(edited(text, findings[0]!.fixes[0]!.edits)).toContain('// ours\n  "training": {}');
  });

  it('a key that would be there twice is only taken out', async () => {
    const { fixes } = await look({ training: {}, trainig: {} });
    expect(Object.keys(fixes)).toEqual(['Remove "trainig"']);
  });

  it('several things at once, inside unions too', async () => {
    const { marked } = await look({
      network: { ...lightNetwork(), stack: 2 },
      training: { schedule: { kind: 'cosine', strat: 0.5 }, epochs: 0 },
      data: { source: 'phantom', reuse: 100 },
    });
    expect(marked).toEqual([
      ['"stack"', 'unknown-key'],
      ['100', 'wrong-value'],
      ['0', 'wrong-value'],
      ['"strat"', 'unknown-key'],
    ]);
  });

  it.each([
    [{ training: { optimizer: 'adm' } }, '"adm"', 'Set optimizer to "adam"', { optimizer: 'adam' }],
    [{ training: { epochs: 0 } }, '0', 'Set epochs to 1', { epochs: 1 }],
    [{ training: { epochs: 2.4 } }, '2.4', 'Set epochs to 2', { epochs: 2 }],
    [{ training: { trainBatch: 5000 } }, '5000', 'Set trainBatch to 1024', { trainBatch: 1024 }],
    [{ training: { lr: '1e-3' } }, '"1e-3"', 'Set lr to 0.001', { lr: 0.001 }],
    [{ training: { lr: -1 } }, '-1', 'Set lr to 0.00025 (the default)', { lr: 2.5e-4 }],
    [{ training: { momentum: 3 } }, '3', 'Set momentum to 1', { momentum: 1 }],
    [
      { training: { loss: { kind: 'wheighted' } } },
      '"wheighted"',
      'Set kind to "weighted"',
      { loss: { kind: 'weighted' } },
    ],
    [
      { training: { schedule: { kind: 'step' } } },
      '"step"',
      'Set kind to "steps"',
      { schedule: { kind: 'steps' } },
    ],
  ])('%j: the nearest that is allowed comes first', async (value, marked, title, training) => {
    const found = await look(value);
    expect(found.marked).toEqual([[marked, 'wrong-value']]);
    expect(Object.entries(found.fixes)[0]).toMatchObject([title, { ...minimal, training }]);
  });

  it('names what is allowed', async () => {
    const message = async (value: object) => (await look(value)).findings[0]!.message;
    expect(await message({ network: 'lihgt' })).toBe('`network`: give "reference" or "light"');
    expect(await message({ contrast: 'T2' })).toBe('`contrast`: give "T1w", "T2w" or "any"');
    expect(await message({ data: { source: 'prepared', path: 'x', window: 200 } })).toBe(
      '`data.window`: give a multiple of 64',
    );
    expect(await message({ training: { epochs: 'many' } })).toBe('`training.epochs`: give a whole number');
    expect(await message({ training: 3 })).toBe('`training`: give an object in braces');
    expect(await message({ name: 'a b' })).toMatch(/^`name`: use letters, digits/);
  });

  it('what is missing, offered to be added', async () => {
    const { marked, fixes } = await look('{\n  "name": "m"\n}');
    expect(marked).toEqual([['{', 'missing']]);
    expect(fixes).toMatchObject({ 'Add "formatVersion": 1': minimal });
    const inner = await look({ data: { seed: 3 } });
    expect(inner.marked).toEqual([['"data"', 'missing']]);
    expect(inner.fixes).toMatchObject({
      'Add "source": "phantom"': { data: { seed: 3, source: 'phantom' } },
    });
  });

  it('settings that contradict each other', async () => {
    expect((await look({ training: { stepsPerEpoch: 0 } })).marked).toEqual([['0', 'contradiction']]);
    expect((await look({ network: lightNetwork({ joints: 1 }) })).marked).toEqual([['1', 'contradiction']]);
    expect((await look({ data: { source: 'prepared' } })).marked).toEqual([['"data"', 'contradiction']]);
  });

  it('nothing that is only not written yet, nor what JSON itself complains of', async () => {
    expect((await look('')).findings).toEqual([]);
    expect((await look('{ "formatVersion": 1, "na')).findings).toEqual([]);
    expect((await look('{ "formatVersion": 1, "trainig": {}, "name": ')).marked).toEqual([
      ['"trainig"', 'unknown-key'],
    ]);
    expect((await look('[1]')).marked).toEqual([['[', 'wrong-value']]);
  });

  it('comments and trailing commas are fine', async () => {
    expect((await look('{ // ours\n "formatVersion": 1,\n "name": "m",\n}')).findings).toEqual([]);
  });
});

describe('what the disk tells', () => {
  it('a dataset that is not there, or is none', async () => {
    const missing = await look({ dataset: { source: 'bids' } });
    expect(missing.marked).toEqual([['"bids"', 'missing-path']]);
    expect(missing.findings[0]).toMatchObject({
      severity: 'error',
      message: expect.stringMatching(/no such folder/),
    });
    await mkdir(join(folder, 'bids'));
    service = new ConfigurationService({ weightsFolder: folder, userModelsFolder: folder });
    expect((await look({ dataset: { source: 'bids' } })).findings[0]!.message).toMatch(/no subject folder/);
    // Not needed any more.
    await writePreparedSet(join(folder, 'prepared'), [...set, ...set], { contrast: 'both' });
    expect((await look({ dataset: { source: 'bids' }, network: 'light' })).findings).toMatchObject([
      { severity: 'warning', code: 'missing-path' },
    ]);
  });

  it('a contrast that the dataset has not, and those it has', async () => {
    await gathered(
      'sub-1/anat/sub-1_T2w.nii.gz',
      'derivatives/labels/sub-1/anat/sub-1_T2w_label-discs_dlabel.nii.gz',
      'sub-1/anat/sub-1_T1w.nii.gz',
    );
    const byModel = await look({ contrast: 'T1w', dataset: { source: 'bids' } });
    expect(byModel.marked).toEqual([['"T1w"', 'no-such-contrast']]);
    expect(byModel.findings[0]!.message).toBe(
      'the dataset has T1w images, but none with disc labels; there are T2w',
    );
    expect(byModel.fixes).toMatchObject({ 'Use contrast T2w, which is there': { contrast: 'T2w' } });
    const named = await look({ dataset: { source: 'bids', contrast: 'T2star' } });
    expect(named.marked).toEqual([['"T2star"', 'no-such-contrast']]);
    expect(named.findings[0]!.message).toMatch(/has no T2star images/);
    expect(named.fixes).toMatchObject({
      'Use contrast T2w, which is there': { dataset: { source: 'bids', contrast: 'T2w' } },
    });
    expect((await look({ dataset: { source: 'bids', contrast: 'both' } })).findings).toMatchObject([
      { severity: 'warning' },
    ]);
    expect((await look({ dataset: { source: 'bids' } })).findings).toEqual([]);
    expect((await look({ contrast: 'T2w', dataset: { source: 'bids' } })).findings).toEqual([]);
  });

  it('a prepared set that is not there, or damaged', async () => {
    const value = { data: { source: 'prepared', path: 'set' } };
    expect((await look(value)).marked).toEqual([['"set"', 'missing-path']]);
    await mkdir(join(folder, 'set'));
    expect((await look(value)).findings[0]!.message).toMatch(/no prepared set \(samples.json is missing\)/);
    await writeFile(join(folder, 'set', 'samples.json'), '{');
    expect((await look(value)).findings[0]!.message).toMatch(/not valid JSON/);
  });

  const light = { network: 'light', dataset: { prepared: 'set', contrast: 'T1w' } };

  it('a batch larger than the set', async () => {
    await writePreparedSet(join(folder, 'set'), set);
    const given = await look({ ...light, training: { trainBatch: 9, valBatch: 2 } });
    expect(given.marked).toEqual([
      ['9', 'batch-too-large'],
      ['2', 'batch-too-large'],
    ]);
    expect(given.fixes).toMatchObject({ 'Set trainBatch to 2': { training: { trainBatch: 2 } } });
    const usual = await look(light);
    expect(usual.marked).toEqual([['{', 'batch-too-large']]);
    expect(usual.fixes).toMatchObject({ 'Set trainBatch to 2': { training: { trainBatch: 2 } } });
  });

  it('splits without samples, and settings the set was prepared without', async () => {
    await writePreparedSet(join(folder, 'set'), set.slice(0, 2));
    const dataset = { prepared: 'set', contrast: 'T2w', seed: 7 };
    const { marked } = await look({ ...light, dataset, training: { trainBatch: 1 } });
    expect(marked).toEqual([
      ['"set"', 'no-samples'],
      ['"T2w"', 'prepared-otherwise'],
      ['7', 'prepared-otherwise'],
    ]);
  });

  it('maps that do not fit the set', async () => {
    await writePreparedSet(join(folder, 'set'), set);
    const training = { trainBatch: 1 };
    const many = await look({ ...light, training, network: lightNetwork({ joints: 14 }) });
    expect(many.marked).toEqual([['14', 'network-misfit']]);
    expect(many.fixes).toMatchObject({ 'Set joints to 12': { network: { joints: 12 } } });
    const input = { frame: 'reference', spacing: null, normalization: 'zscore' } as const;
    await writePreparedSet(join(folder, 'set'), [...set], { preparation: 'reference', input, seed: 2 });
    const other = await look({
      ...light,
      training,
      dataset: { ...light.dataset, preparation: 'reference', seed: 2 },
    });
    expect(other.marked).toEqual([['"light"', 'network-misfit']]);
    expect(other.fixes).toMatchObject({ 'Use the reference network': { network: 'reference' } });
  });

  it('an initial model that is not there, with the one that was meant', async () => {
    await cp(join(repositoryDir, 'models/weights/spine-whole'), join(folder, 'shipped/spine-whole'), {
      recursive: true,
    });
    const { marked, fixes } = await look({ network: 'light', initial: 'spine-whloe' });
    expect(marked).toEqual([['"spine-whloe"', 'missing-path']]);
    expect(fixes).toMatchObject({ 'Set initial to "spine-whole"': { initial: 'spine-whole' } });
    expect((await look({ network: 'light', initial: 'spine-whole' })).findings).toEqual([]);
  });

  /** A model folder as far as it is looked at. */
  async function model(name: string, network: object, values: (number | null)[]): Promise<void> {
    const shipped = JSON.parse(
      await readFile(join(repositoryDir, 'models/weights/spine-whole/model.json'), 'utf8'),
    ) as { channels: object };
    await mkdir(join(folder, name));
    const description = { ...shipped, name, network, channels: { ...shipped.channels, values } };
    await writeFile(join(folder, name, 'model.json'), JSON.stringify(description));
  }

  it('attention that the initial model has not, and another network, for a preset and one spelt out', async () => {
    const values = Array.from({ length: 11 }, (_, n) => n + 3);
    await model('plain', referenceNetwork({ attention: false }), values);
    const preset = await look({ network: 'reference', initial: 'plain' });
    expect(preset.marked).toEqual([['"reference"', 'initial-attention']]);
    expect(preset.findings[0]).toMatchObject({ severity: 'information' });
    expect(preset.findings[0]!.message).toMatch(/plain, is one without attention/);
    expect(preset.fixes).toMatchObject({
      'Turn attention off': { network: referenceNetwork({ attention: false }) },
    });
    const spelt = await look({ network: { ...referenceNetwork(), stacks: 1 }, initial: 'plain' });
    expect(spelt.marked).toEqual([
      ['1', 'initial-misfit'],
      ['true', 'initial-attention'],
    ]);
    expect(spelt.fixes).toMatchObject({
      'Use the network of plain': { network: referenceNetwork({ attention: false }) },
      'Set stacks to 2': { network: { stacks: 2, attention: true } },
    });
    const silent = await look({ initial: 'plain' });
    expect(silent.marked).toEqual([['"plain"', 'initial-attention']]);
    // Maps of the same discs are continued, so that others may be new; without any there is nothing to start from.
    const lower = Array.from({ length: 11 }, (_, n) => n + 15);
    await model('lumbar', referenceNetwork({ attention: true }), lower);
    const apart = await look({ network: 'reference', initial: 'lumbar' });
    expect(apart.marked).toEqual([['"lumbar"', 'initial-misfit']]);
  });

  it('an output that holds another run', async () => {
    const path = join(folder, 'disc-labeling.json');
    const run = join(folder, 'runs', 'm');
    await mkdir(join(run, 'last'), { recursive: true });
    const of = (value: object) => parseConfiguration({ ...minimal, ...value }, path).training;
    await writeFile(join(run, 'config.json'), JSON.stringify(of({ network: 'light' })));
    await writeFile(join(run, 'last', 'training-state.safetensors'), '');
    expect((await look({ network: 'light', training: { epochs: 7 } })).findings).toEqual([]);
    const { findings, marked, fixes } = await look({ network: 'light', training: { seed: 3 } });
    expect(marked).toEqual([['"m"', 'another-run']]);
    expect(findings[0]).toMatchObject({
      severity: 'information',
      message: expect.stringMatching(
        /runs\/m holds another run.*training.seed \(42, now 3\)|seed \(42, now 3\)/,
      ),
    });
    expect(fixes).toMatchObject({ 'Set output to "runs/m-2"': { output: 'runs/m-2' } });
  });

  it('a run on a prepared set can be resumed while the set is the same', async () => {
    await writePreparedSet(join(folder, 'set'), [...set, ...set.slice(0, 1)]);
    const path = join(folder, 'disc-labeling.json');
    const run = join(folder, 'runs', 'm');
    await mkdir(join(run, 'last'), { recursive: true });
    const { training } = parseConfiguration({ ...minimal, ...light }, path);
    const complete = await completeConfig(training);
    expect(fingerprint(complete)).toContain('digest');
    await writeFile(join(run, 'config.json'), JSON.stringify(complete));
    await writeFile(join(run, 'last', 'training-state.safetensors'), '');
    expect((await look(light)).findings).toEqual([]);
    await writePreparedSet(join(folder, 'set'), [...set, ...set, ...set]);
    expect((await look(light)).findings).toMatchObject([
      {
        code: 'another-run',
        message: expect.stringMatching(/the prepared set is another/),
      } satisfies Partial<Finding>,
    ]);
    // Whether a set that can't be read is the same can't be told.
    await rm(join(folder, 'set'), { recursive: true });
    expect((await look(light)).findings.map(({ code }) => code)).not.toContain('another-run');
  });
});
