import type { Disc } from '@disc-labeling/server/protocol';

type Discs = readonly Disc[];

const none: Discs = [];

/** Corrections and whether they are saved. */
interface Held {
  readonly discs: Discs;
  readonly saved: boolean;
}

/** How a change is taken back and made again. */
export interface Edit {
  readonly undo: () => void;
  readonly redo: () => void;
}

/**
 * The discs of a volume as the user corrects them, beside those that the model found and those that are saved. Corrections
 * outlive whatever takes labels away, other than the user's wish.
 */
export class DiscEdits {
  #found: Discs = none;
  #shown: Discs = none;
  /** What need not be saved: the discs as they were found, or written. */
  #clean: Discs = none;
  #written = false;
  /** To be shown again once the volume is labelled. */
  #held: Held | null = null;
  /** Counts how often corrections were given up: edits before that can't be undone or redone. */
  #era = 0;

  /** Found, and corrected by hand. */
  get shown(): Discs {
    return this.#shown;
  }

  /** Whether the discs are others than the model found. */
  get corrected(): boolean {
    return this.#shown !== this.#found;
  }

  /** Whether there are corrections that are not saved. */
  get unsaved(): boolean {
    return this.corrected && this.#shown !== this.#clean;
  }

  /** Whether a label file is of these edits, and may be written over. */
  get written(): boolean {
    return this.#written;
  }

  /** Whether corrections wait for the volume to be labelled. */
  get waiting(): boolean {
    return this.#held !== null;
  }

  /** What would be lost if all were closed now; null: nothing. */
  get atStake(): Discs | null {
    if (this.#held) return this.#held.saved ? null : this.#held.discs;
    return this.#shown === this.#clean ? null : this.#shown;
  }

  /** The model found these. @param keep whether corrections stay in their place */
  found(discs: Discs, { keep }: { keep: boolean }): void {
    if (keep) this.#hold();
    else this.#giveUp();
    const held = this.#held;
    this.#held = null;
    this.#found = discs;
    this.#clean = held?.saved ? held.discs : discs;
    this.#shown = held?.discs ?? discs;
  }

  /** Labels are taken away until the model has found discs again. */
  withdraw(): void {
    this.#hold();
    this.#found = this.#clean = this.#shown = none;
  }

  /** Corrections from before, not saved, come back once the model has found discs. */
  restore(discs: Discs | null): void {
    this.#held = discs && { discs, saved: false };
  }

  /** Corrects. @param show called whenever that is undone or redone */
  correct(discs: Discs, show: () => void): Edit {
    const before = this.#shown;
    const era = this.#era;
    const put = (shown: Discs) => (): void => {
      if (era !== this.#era) return;
      this.#shown = shown;
      show();
    };
    put(discs)();
    return { undo: put(before), redo: put(discs) };
  }

  /** These were written to the label file. */
  saved(discs: Discs): void {
    this.#clean = discs;
    this.#written = true;
  }

  /** Back to the discs as they were saved, or found. */
  revert(): void {
    this.#held = null;
    this.#shown = this.#clean;
  }

  #hold(): void {
    if (this.corrected) this.#held = { discs: this.#shown, saved: !this.unsaved };
  }

  /** Corrections that still wait were not seen yet, and stay. */
  #giveUp(): void {
    if (!this.corrected) return;
    this.#era++;
    this.#held = null;
  }
}
