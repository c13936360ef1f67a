import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { version } from '../../version.js';
import { labelPaths, writeLabelVolume } from '../../volume/labels.js';
import { writeVolume } from '../../volume/nifti.js';
import { writeWhole } from '../../volume/write-whole.js';
import { drawPhantomVolume, type PhantomVolumeOptions, type VolumeContrast } from '../phantom/volume.js';

/** Name of the program that draws, as the files' provenance states it. */
export const generator = 'disc-labeling phantoms';

/** One image to draw and write with its labels. */
export interface SynthesizeJob {
  readonly folder: string;
  /** `sub-001` … */
  readonly subject: string;
  readonly seed: number;
  readonly contrast: VolumeContrast;
  readonly drawing: Pick<PhantomVolumeOptions, 'field' | 'pathology' | 'spacing' | 'thickness' | 'width'>;
}

export interface SynthesizedImage {
  readonly image: string;
  readonly label: string;
}

/** The files of an image, whether they are there or not. */
export function filesOf({
  folder,
  subject,
  contrast,
}: SynthesizeJob): SynthesizedImage & { readonly sidecars: readonly string[] } {
  const stem = `${subject}_${contrast}`;
  const image = join(folder, subject, 'anat', `${stem}.nii.gz`);
  const label = labelPaths(image, join(folder, 'derivatives', 'labels', subject, 'anat'));
  return { image, label: label.volume, sidecars: [image.replace(/\.nii\.gz$/, '.json'), label.sidecar] };
}

/**
 * Draws and writes image, sidecar and labels, each file whole.
 * @throws UserError no space, no permission, …
 * @throws CancelledError once `signal` is aborted
 */
export async function runJob(job: SynthesizeJob, signal?: AbortSignal): Promise<SynthesizedImage> {
  const { subject, seed, contrast, drawing } = job;
  const { image, label, sidecars } = filesOf(job);
  const drawn = await drawPhantomVolume(`${seed}/${subject}`, contrast, { ...drawing, signal });
  // Lets a cancellation in that came while the last section was drawn.
  await setImmediate();
  throwIfCancelled(signal);
  await writeVolume(image, drawn.volume, {
    description: `${generator}, seed ${seed}`,
    compressionLevel: 1,
  });
  await writeWhole(sidecars[0], `${JSON.stringify(sidecar(job), null, 2)}\n`);
  // The same seed has to give the same bytes: no date of today.
  const provenance = { model: generator, version, date: new Date(0) };
  const written = await writeLabelVolume(image, drawn.volume, drawn.discs, provenance, {
    folder: dirname(label),
  });
  return { image, label: written.volume };
}

const sidecar = ({ contrast, drawing }: SynthesizeJob): object => ({
  Modality: 'MR',
  Manufacturer: 'none (synthetic)',
  SeriesDescription: `${contrast} phantom, sagittal, ${drawing.field ?? 'cervical'}`,
});
