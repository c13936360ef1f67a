import { engineStatuses } from '@disc-labeling/models/engines';
import type { EngineStatus } from '@disc-labeling/models/engines/types';
import type { DescribeResponse, Disc, ModelSummary, SaveLabelsResponse } from '../protocol/index.js';
import { writeLabelVolume } from '../volume/labels.js';
import { readGrid, readHeader } from '../volume/nifti.js';
import { version } from '../version.js';
import { Labeler, type LabelerOptions, type LabelOptions, type LabelOutcome } from './labeler.js';
import { availableModels } from './models.js';

/** Labels, and how their file is written. */
export interface LabelsToSave {
  readonly discs: readonly Disc[];
  readonly model: string;
  readonly engine?: string;
  /** By which a reader moved the model's names. */
  readonly levelShift?: number;
  /** Whether a reader moved, added or removed discs. */
  readonly corrected?: boolean;
  /** Replace label files that are there. */
  readonly overwrite: boolean;
  /** Where they go; beside the image when absent. */
  readonly folder?: string;
}

/** Everything about labelling that a door can ask for. */
export class LabelingService {
  private readonly labeler: Labeler;

  constructor(private readonly options: LabelerOptions = {}) {
    this.labeler = new Labeler(options);
  }

  /** @throws UserError, CancelledError; see {@link Labeler.label} */
  label(path: string, options: LabelOptions): Promise<LabelOutcome> {
    return this.labeler.label(path, options);
  }

  /** Reads a header only. @throws UserError */
  async describe(path: string): Promise<DescribeResponse> {
    return readHeader(path);
  }

  models(): Promise<readonly ModelSummary[]> {
    return availableModels(this.options.places);
  }

  engines(): Promise<readonly EngineStatus[]> {
    return engineStatuses();
  }

  /**
   * Writes the label volume and its sidecar, beside the image unless a folder is given.
   *
   * @throws UserError when the place is taken and `overwrite` is not set, or can't be written
   */
  async saveLabels(
    path: string,
    { discs, overwrite, folder, ...made }: LabelsToSave,
  ): Promise<SaveLabelsResponse> {
    return writeLabelVolume(path, await readGrid(path), discs, { ...made, version }, { folder, overwrite });
  }

  dispose(): Promise<void> {
    return this.labeler.dispose();
  }
}
