/** Kind of contrast a phantom is painted with; `random`: every tissue independent. */
export type PhantomContrast = 'T1w' | 'T2w' | 'random';

/** The target point of a disc (its posterior tip) in a drawn slice. */
export interface PhantomDisc {
  /** 3 = C2/C3 … 25 = L5/S1. */
  readonly value: number;
  /** Sub-pixel; whole numbers are pixel centres. */
  readonly row: number;
  readonly column: number;
}

/** A disc as it was drawn. */
export interface DrawnDisc extends PhantomDisc {
  /** See `visibilityOf`; below 5 nobody can be sure of it. */
  readonly visibility: number;
}

/** A drawn mid-sagittal slice: rows run superior to inferior, columns anterior to posterior. */
export interface PhantomSlice {
  readonly width: number;
  readonly height: number;
  /** mm per pixel, the same in both directions. */
  readonly spacing: number;
  readonly contrast: PhantomContrast;
  /** `height * width`, row by row, about 0..1. */
  readonly image: Float32Array;
  /** The discs inside the picture, superior to inferior. Discs under zero padding or cut away are not listed. */
  readonly discs: readonly PhantomDisc[];
}

/** A slice with what lies past its edge. */
export interface FramedPhantom extends PhantomSlice {
  /** All other discs. Of those just past the edge half may show, so that finding one there invents nothing. */
  readonly outside: readonly PhantomDisc[];
}

/** A slice as it was drawn, before anything moved it. */
export interface DrawnPhantom extends FramedPhantom {
  readonly discs: readonly DrawnDisc[];
}
