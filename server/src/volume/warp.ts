/** Geometric changes of a picture, and of the points in it. */
import { sampleBilinear, type Image2D } from './resample.js';

/** A place in a picture; whole numbers are pixel centres. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** A smooth displacement of places. */
export interface Displacement {
  /** mm along rows and columns at a (fractional) pixel. */
  at(row: number, column: number): readonly [row: number, column: number];
}

export interface WarpOptions {
  /** Pixels of the result. */
  readonly size: readonly [height: number, width: number];
  /** mm per row and column of picture and result. */
  readonly spacing: readonly [row: number, column: number];
  /** Picture pixel under pixel (0, 0) of the result, before anything is turned; whole numbers. */
  readonly offset: readonly [row: number, column: number];
  /** Radians, about the middle of the result. */
  readonly angle: number;
  /** Larger than 1: the anatomy gets larger. */
  readonly scale: number;
  /** mm, by place in the result. */
  readonly elastic: Displacement | null;
}

/**
 * Where the pixels of a result lie in the picture it is made of, and where the picture's points come to lie. Both
 * follow from one map, so that a point stays on its anatomy to a small fraction of a pixel.
 */
export class Warp {
  private readonly forward: readonly [number, number, number, number];
  private readonly centre: readonly [number, number];

  constructor(private readonly options: WarpOptions) {
    const { size, spacing, angle, scale } = options;
    this.centre = [(size[0] - 1) / 2, (size[1] - 1) / 2];
    const [c, s] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
    const ratio = spacing[1] / spacing[0];
    // In pixels: turned in mm, then back.
    this.forward = [c, s * ratio, -s / ratio, c];
  }

  /** Nothing is turned, scaled or bent: pixels are copied as they are. */
  private get plain(): boolean {
    const { angle, scale, elastic } = this.options;
    return angle === 0 && scale === 1 && elastic === null;
  }

  /** The (fractional) pixel of the picture under a (fractional) pixel of the result. */
  toPicture({ row, column }: Place): Place {
    const { offset, elastic, spacing } = this.options;
    const [a, b, c, d] = this.forward;
    const [y, x] = [row - this.centre[0], column - this.centre[1]];
    const [bentRow, bentColumn] = elastic?.at(row, column) ?? [0, 0];
    return {
      row: a * y + b * x + this.centre[0] + offset[0] + bentRow / spacing[0],
      column: c * y + d * x + this.centre[1] + offset[1] + bentColumn / spacing[1],
    };
  }

  /** Inverse of {@link toPicture}, by fixed-point iteration: the displacement changes slowly. */
  fromPicture(point: Place): Place {
    const [a, b, c, d] = this.forward;
    const determinant = a * d - b * c;
    let [row, column] = this.centre;
    for (let round = 0; round < 30; round++) {
      const there = this.toPicture({ row, column });
      const [y, x] = [point.row - there.row, point.column - there.column];
      row += (d * y - b * x) / determinant;
      column += (a * x - c * y) / determinant;
      if (Math.abs(y) + Math.abs(x) < 1e-6) break;
    }
    return { row, column };
  }

  /**
   * @returns the result, zero outside the picture, and which of its pixels lie inside (1)
   */
  apply({ image, height, width }: Image2D): Image2D & { inside: Uint8Array } {
    const [rows, columns] = this.options.size;
    const out = new Float32Array(rows * columns);
    const inside = new Uint8Array(rows * columns);
    const { plain } = this;
    for (let row = 0, i = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, i++) {
        const at = this.toPicture({ row, column });
        if (at.row < -0.5 || at.column < -0.5 || at.row > height - 0.5 || at.column > width - 0.5) continue;
        inside[i] = 1;
        out[i] = plain
          ? image[Math.round(at.row) * width + Math.round(at.column)]
          : sampleBilinear(image, width, height, at.column, at.row);
      }
    return { image: out, height: rows, width: columns, inside };
  }
}
