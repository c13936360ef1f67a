import type { WithProgress } from './core.js';

/** Where the label files of a folder's volumes go. */
export type LabelPlace =
  /** Beside each volume. */
  | 'beside'
  /** `derivatives/labels` of the BIDS dataset the folder belongs to, or of the folder itself, in the same subfolders. */
  | 'derivatives';

/** A volume of a folder and its label file. */
export interface FolderVolume {
  readonly image: string;
  /** Label volume, there already or to be written. */
  readonly labels: string;
  readonly labelled: boolean;
}

export interface FolderVolumes {
  /** Folder below which the label files are. */
  readonly root: string;
  /** In order of their paths. */
  readonly volumes: readonly FolderVolume[];
  /** The folder lies in a BIDS dataset. */
  readonly bids: boolean;
}

export interface FolderVolumesParams {
  readonly folder: string;
  readonly place: LabelPlace;
}

export interface LabelFolderParams extends FolderVolumesParams, WithProgress {
  /** What becomes of volumes with a label file: kept as they are, or labelled anew. */
  readonly existing: 'keep' | 'replace';
  /** Name of a model or path of a model folder; the default model when absent. */
  readonly model?: string;
}

/** What became of one volume. */
export interface LabelledVolume {
  readonly image: string;
  readonly outcome: 'labelled' | 'kept' | 'failed';
  /** Label volume; null where it failed. */
  readonly labels: string | null;
  /** Names of the discs found, from the top; empty unless labelled now. */
  readonly discs: readonly string[];
  /** Why it failed, or what to bear in mind about it. */
  readonly remarks: readonly string[];
}

export interface LabelFolderResult {
  readonly root: string;
  readonly volumes: readonly LabelledVolume[];
  /** Volumes there are; more than were looked at where the user cancelled. */
  readonly total: number;
  readonly cancelled: boolean;
  /** Model and engine of the last volume labelled; null where none was. */
  readonly model: string | null;
  readonly engine: string | null;
}

export interface FolderRequests {
  /** Sent by *Label Folder* before it starts: what it would label, and what has labels already. */
  'discLabeling/folderVolumes': { params: FolderVolumesParams; result: FolderVolumes };
  /** Sent by *Label Folder*. Cancellable: what is done until then stays and is told. */
  'discLabeling/labelFolder': { params: LabelFolderParams; result: LabelFolderResult };
}

export const folderRequests = {
  folderVolumes: 'discLabeling/folderVolumes',
  labelFolder: 'discLabeling/labelFolder',
} as const satisfies Record<string, keyof FolderRequests>;
