import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeExclusion, exclusionOf, readExclusions } from '@disc-labeling/server/dataset/bids/exclude';
import { hasContrast, parseImageName, parseLabelName } from '@disc-labeling/server/dataset/bids/names';

const folder = mkdtempSync(join(tmpdir(), 'bids-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('file names', () => {
  it('are read into subject, session, contrast and entities', () => {
    expect(parseImageName('sub-01_ses-pre_acq-sag_run-2_T2w.nii.gz')).toEqual({
      stem: 'sub-01_ses-pre_acq-sag_run-2_T2w',
      subject: 'sub-01',
      session: 'ses-pre',
      contrast: 'T2w',
      entities: ['acq-sag', 'run-2'],
    });
    expect(parseImageName('sub-01_T1w.nii')?.stem).toBe('sub-01_T1w');
  });

  it.each([
    'sub-01_T1w.json',
    'sub-01_T1w_label-discs_dlabel.nii.gz',
    'sub-01_T1w_seg-manual.nii.gz',
    'sub-01_T1w_PAM50_seg.nii.gz',
    'T1w.nii.gz',
    'sub-_T1w.nii.gz',
  ])('%s is no image', (name) => expect(parseImageName(name)).toBeNull());

  it('of labels name their image, the preferred first', () => {
    const names = [
      'sub-01_T1w_label-discs_dlabel.nii.gz',
      'sub-01_T1w_label-discs_desc-warp_dlabel.nii.gz',
      'sub-01_T1w_labels-disc-manual.nii.gz',
    ].map(parseLabelName);
    expect(names.map((name) => [name?.image.stem, name?.rank])).toEqual([
      ['sub-01_T1w', 0],
      ['sub-01_T1w', 1],
      ['sub-01_T1w', 2],
    ]);
    expect(parseLabelName('sub-01_T1w_label-SC_seg.nii.gz')).toBeNull();
    expect(parseLabelName('sub-01_T1w_label-discs_dlabel.json')).toBeNull();
  });

  it('match a contrast by suffix, or by entities and suffix', () => {
    const image = parseImageName('sub-01_ses-1_acq-sag_T2w.nii.gz')!;
    expect(['T2w', 'acq-sag_T2w', 'T1w', 'acq-ax_T2w'].map((wanted) => hasContrast(image, wanted))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('exclusion lists', () => {
  const list = join(folder, 'exclude.yml');
  writeFileSync(
    list,
    `csa_t1:
- sub-pavia04  # Motion artifact
- sub-a01_T2w.nii.gz
csa_t2:
- beijingVerio  # TR=2
mtr:
- sub-geneva02  # FOV
t1:
- sub-fsl03
subjects:
  sub-b02: wrong scan
`,
  );
  const reason = async (name: string) => {
    const found = exclusionOf(parseImageName(`${name}.nii.gz`)!, await readExclusions(list));
    return found && describeExclusion(found);
  };

  it.each([
    ['sub-pavia04_T1w', 'excluded by list under csa_t1: Motion artifact'],
    ['sub-pavia04_T2w', null],
    ['sub-beijingVerio03_T2w', 'excluded by list under csa_t2: TR=2'],
    ['sub-beijingVerio03_T1w', null],
    ['sub-beijingVerioPlus03_T2w', null],
    ['sub-geneva02_T1w', null],
    ['sub-fsl03_T1w', null],
    ['sub-a01_T2w', 'excluded by list under csa_t1'],
    ['sub-b02_T1w', 'excluded by list under subjects: wrong scan'],
  ])('%s: %s', async (name, expected) => expect(await reason(name)).toBe(expected));

  it('says what is wrong with a damaged one', async () => {
    const damaged = join(folder, 'damaged.yml');
    writeFileSync(damaged, 'a: [b');
    await expect(readExclusions(damaged)).rejects.toThrow(/it is not YAML/);
    await expect(readExclusions(join(folder, 'none.yml'))).rejects.toThrow(/no such file/);
  });
});
