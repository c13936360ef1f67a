import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeVolume } from '@disc-labeling/server/volume/nifti';
import type { Affine } from '@disc-labeling/server/volume/types';
import { volumeOf } from './volumes.js';

/** Slices last, in steps of 3 mm, as T2w images often are stored. */
const affine: Affine = [
  [0, 0, -3, 15],
  [1, 0, 0, -18],
  [0, 1, 0, -24],
  [0, 0, 0, 1],
];
const shape: [number, number, number] = [36, 48, 10];

export const smallImage = (seed: number) =>
  volumeOf(shape, affine, (i, j, k) => 100 + 50 * Math.sin(i * seed) + 2 * j + k + 10 * Math.cos(i * j));

/** C2/C3 to C6/C7, off the middle. */
export const smallLabels = () =>
  volumeOf(shape, affine, (i, j, k) =>
    k === 6 && i === 18 && j % 8 === 5 && j < 42 ? 3 + (40 - j + 5) / 8 - 1 : 0,
  );

export const annexKey = (bytes: number) =>
  `SHA256E-s${bytes}--0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0.nii.gz`;

/**
 * A dataset laid out as spine-generic's is today, small: whole subjects under both label names, one with sessions,
 * one whose labels belong to preprocessed images, and every way in which one can be unfit.
 */
export async function writeSpineGeneric(root: string): Promise<void> {
  const path = (file: string) => join(root, file);
  const text = (file: string, content: string) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), content);
  };
  const image = (file: string, seed = 1) => writeVolume(path(file), smallImage(seed), { dtype: 'int16' });
  const labels = (file: string) =>
    writeVolume(path(`derivatives/labels/${file}`), smallLabels(), { dtype: 'uint8' });
  const pair = async (subject: string, contrast: string, ending: string, folder = `${subject}/anat`) => {
    const stem = `${subject}${folder.includes('ses-') ? `_${folder.split('/')[1]}` : ''}_${contrast}`;
    await image(`${folder}/${stem}.nii.gz`, subject.length + contrast.length);
    await labels(`${folder}/${stem}${ending}.nii.gz`);
  };
  const [today, before] = ['_label-discs_dlabel', '_labels-disc-manual'];
  for (const contrast of ['T1w', 'T2w']) {
    await pair('sub-amu01', contrast, today);
    await pair('sub-hamburg02', contrast, before);
    for (const session of ['ses-01', 'ses-02'])
      await pair('sub-mgh03', contrast, today, `sub-mgh03/${session}/anat`);
    await pair('sub-oxford04', contrast, today);
  }
  // Other files of today's dataset, none of which is an image of these contrasts or a disc label.
  await image('sub-amu01/anat/sub-amu01_flip-1_mt-on_MTS.nii.gz');
  await image('derivatives/labels/sub-amu01/anat/sub-amu01_T1w_label-spine_dseg.nii.gz');
  await labels('sub-amu01/anat/sub-amu01_T1w_labels-disc-manual.nii.gz');
  await labels('sub-amu01/anat/sub-amu01_T2star_label-discs_desc-warp_dlabel.nii.gz');
  // Not downloaded: an unlocked pointer, a locked file whose link leads nowhere.
  text('sub-beijing05/anat/sub-beijing05_T1w.nii.gz', `/annex/objects/${annexKey(3_000_000)}\n`);
  text(
    'derivatives/labels/sub-beijing05/anat/sub-beijing05_T1w_label-discs_dlabel.nii.gz',
    `/annex/objects/${annexKey(20_000)}\n`,
  );
  symlinkSync(
    `../../.git/annex/objects/aa/bb/${annexKey(5_000_000)}/${annexKey(5_000_000)}`,
    path('sub-beijing05/anat/sub-beijing05_T2w.nii.gz'),
  );
  await labels('sub-beijing05/anat/sub-beijing05_T2w_label-discs_dlabel.nii.gz');
  await pair('sub-cardiff06', 'T1w', today);
  // Unreadable: no NIfTI at all, and one whose end is missing, which only shows when it is read through.
  text('sub-douglas07/anat/sub-douglas07_T1w.nii.gz', '<html><body>404</body></html>');
  await labels('sub-douglas07/anat/sub-douglas07_T1w_label-discs_dlabel.nii.gz');
  await pair('sub-douglas07', 'T2w', today);
  const cut = path('sub-douglas07/anat/sub-douglas07_T2w.nii');
  await writeVolume(cut, smallImage(2), { dtype: 'int16' });
  await image('sub-geneva08/anat/sub-geneva08_T1w.nii.gz');
  await image('sub-geneva08/anat/sub-geneva08_T2w.nii.gz');
  // Raw scans without labels, labelled after resampling into another space.
  for (const contrast of ['T1w', 'T2w']) {
    const stem = `sub-nwu09_space-other_${contrast}`;
    await image(`sub-nwu09/anat/sub-nwu09_${contrast}.nii.gz`);
    await image(`derivatives/data_preprocessed/sub-nwu09/anat/${stem}.nii.gz`, 3);
    await labels(`sub-nwu09/anat/${stem}${today}.nii.gz`);
  }
  text(
    'exclude.yml',
    'csa_t1:\n- oxford  # Motion artifact\n- amu01_not\nmtr:\n- sub-amu01  # another coil\n',
  );
  const names = [
    'amu01',
    'hamburg02',
    'mgh03',
    'oxford04',
    'beijing05',
    'cardiff06',
    'douglas07',
    'geneva08',
    'zurich10',
  ];
  text(
    'participants.tsv',
    ['participant_id\tsex\tage', ...names.map((name, n) => `sub-${name}\t${'FM'[n % 2]}\t${20 + n}`)].join(
      '\n',
    ),
  );
  text('dataset_description.json', '{"Name": "spine", "BIDSVersion": "1.9.0"}');
}
