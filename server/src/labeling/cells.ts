/** Where the cells of heat maps lie in the slab that the network's picture was made of. */
import { cellToPixel, pixelToCell } from '@disc-labeling/models/config';
import type { Place } from '../volume/warp.js';
import { inputToSlab, slabToInput, type PreparedSlab } from './preprocess.js';

/** The slab's pixel under a cell. */
export function cellToSlab({ row, column }: Place, prepared: PreparedSlab, stride: number): Place {
  const [slabRow, slabColumn] = inputToSlab(prepared, cellToPixel(row, stride), cellToPixel(column, stride));
  return { row: slabRow, column: slabColumn };
}

/** The inverse of {@link cellToSlab}. */
export function slabToCell({ row, column }: Place, prepared: PreparedSlab, stride: number): Place {
  const [inputRow, inputColumn] = slabToInput(prepared, row, column);
  return { row: pixelToCell(inputRow, stride), column: pixelToCell(inputColumn, stride) };
}
