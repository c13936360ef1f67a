/** How far a piece of work has come. */
export interface WorkProgress {
  /** What is being done now, a few words: `reading`, `running the network`. */
  readonly message: string;
  /** 0..1 of the whole, where it is known. */
  readonly fraction?: number;
}

/** The same of work that always knows. */
export interface MeasuredProgress extends WorkProgress {
  readonly fraction: number;
}

/** What work that takes long is given: how it is cancelled, and how it tells where it stands. */
export interface Work<Progress extends WorkProgress = WorkProgress> {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}
