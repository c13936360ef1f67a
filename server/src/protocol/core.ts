/** What messages of all areas are made of. */

/** Where the file lies, as a URI string (`file:` only). */
export interface WithUri {
  readonly uri: string;
}

/** A request that takes long: cancelled with `$/cancelRequest`. */
export interface WithProgress {
  /** Progress is reported as `$/progress` under this token. */
  readonly workDoneToken?: string | number;
}

/** `data` of a response error: what the editor shows. */
export interface ErrorData {
  readonly what: string;
  readonly why: string;
  readonly file?: string;
}

/** JSON-RPC error code of a {@link ErrorData} failure (a `UserError`). */
export const userErrorCode = 1;

/** Backend → editor, whenever it changes: drives the status bar item. */
export interface BackendStatus {
  readonly state: 'ready' | 'busy';
  /** What it is doing, e.g. `labelling sub-01_T1w.nii.gz`. */
  readonly activity: string | null;
  readonly engine: string | null;
  readonly model: string | null;
}
