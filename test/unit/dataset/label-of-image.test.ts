import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findLabelOf } from '@disc-labeling/server/dataset/bids/label-of-image';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'labels-of-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function file(path: string, content = ''): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}

describe('the label file of an image', () => {
  test('lies in the derivatives, today\u2019s name before the older one', async () => {
    const image = file('sub-01/anat/sub-01_T1w.nii.gz');
    const old = file('derivatives/labels/sub-01/anat/sub-01_T1w_labels-disc-manual.nii.gz');
    file('derivatives/labels/sub-01/anat/sub-01_T2w_label-discs_dlabel.nii.gz');
    expect(await findLabelOf(image)).toBe(old);
    const today = file('derivatives/labels/sub-01/anat/sub-01_T1w_label-discs_dlabel.nii.gz');
    expect(await findLabelOf(image)).toBe(today);
  });

  test('of a session, of a gathered dataset, and of an image in derivatives itself', async () => {
    const image = file('sub-01/ses-2/anat/sub-01_ses-2_T2w.nii.gz');
    const label = file('derivatives/raters/sub-01/ses-2/anat/sub-01_ses-2_T2w_label-discs_dlabel.nii.gz');
    expect(await findLabelOf(image)).toBe(label);
    const gathered = file('gathered/sub-03/sub-03_T1w.nii.gz');
    const beside = file('gathered/sub-03/sub-03_T1w_labels-disc-manual.nii.gz');
    expect(await findLabelOf(gathered)).toBe(beside);
    const derived = file('derivatives/preprocessed/sub-04/anat/sub-04_T1w.nii.gz');
    const elsewhere = file('derivatives/labels/sub-04/anat/sub-04_T1w_label-discs_dlabel.nii.gz');
    expect(await findLabelOf(derived)).toBe(elsewhere);
  });

  test('what this program saved beside the image is no truth', async () => {
    const image = file('sub-01/anat/sub-01_T1w.nii.gz');
    const saved = file('sub-01/anat/sub-01_T1w_label-discs_dlabel.nii.gz');
    const sidecar = 'sub-01/anat/sub-01_T1w_label-discs_dlabel.json';
    file(sidecar, '{ "GeneratedBy": [{ "Name": "disc-labeling" }] }');
    expect(await findLabelOf(image)).toBeNull();
    file(sidecar, '{ "GeneratedBy": [{ "Name": "Manual" }] }');
    expect(await findLabelOf(image)).toBe(saved);
  });

  test('none for other files', async () => {
    expect(await findLabelOf(file('scan.nii.gz'))).toBeNull();
    expect(await findLabelOf(file('sub-01/anat/sub-01_T1w.nii.gz'))).toBeNull();
  });
});
