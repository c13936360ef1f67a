/** Where the cells of heat maps lie in the picture the network saw, and in the slab that was made of. */
import type { Place } from '../volume/warp.js';
import { inputToSlab, slabToInput, type PreparedSlab } from './preprocess.js';

/** Network input pixel (fractional, along one axis) at the centre of a heat-map cell. */
function cellToInput(cell: number, stride: number): number {
  return (cell + 0.5) * stride - 0.5;
}

/** The inverse: the heat-map cell (fractional) at an input pixel. @param stride input pixels per cell */
export function inputToCell(pixel: number, stride: number): number {
  return (pixel + 0.5) / stride - 0.5;
}

/** The slab's pixel under a cell. */
export function cellToSlab({ row, column }: Place, prepared: PreparedSlab, stride: number): Place {
  const [slabRow, slabColumn] = inputToSlab(prepared, cellToInput(row, stride), cellToInput(column, stride));
  return { row: slabRow, column: slabColumn };
}

/** The inverse of {@link cellToSlab}. */
export function slabToCell({ row, column }: Place, prepared: PreparedSlab, stride: number): Place {
  const [inputRow, inputColumn] = slabToInput(prepared, row, column);
  return { row: inputToCell(inputRow, stride), column: inputToCell(inputColumn, stride) };
}
