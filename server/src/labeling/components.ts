import type { HeatMap, Point } from './peaks.js';

/** Cells that touch each other, corners included. */
export interface Component {
  /** Flat indices, `row * width + column`. */
  readonly cells: readonly number[];
  /** Mean position of the cells, each counting the same. */
  readonly centroid: Point;
}

/**
 * The 8-connected components of the cells that `holds` keeps, numbered as OpenCV numbers them: by the first
 * two-by-two block they touch, blocks in raster order. (Plain raster order differs where a component
 * begins on an odd row further left.)
 */
export function connectedComponents(map: HeatMap, holds: (value: number) => boolean): Component[] {
  const { data, height, width } = map;
  const open = Uint8Array.from(data, (value) => (holds(value) ? 1 : 0));
  const found: { block: number; component: Component }[] = [];
  for (let start = 0; start < open.length; start++) {
    if (!open[start]) continue;
    const cells = flood(open, start, height, width);
    const block = cells.reduce((first, cell) => Math.min(first, blockOf(cell, width)), Infinity);
    found.push({ block, component: { cells, centroid: centroidOf(cells, width) } });
  }
  return found.sort((a, b) => a.block - b.block).map(({ component }) => component);
}

/** Position of a cell's two-by-two block in raster order. */
function blockOf(cell: number, width: number): number {
  return (Math.floor(cell / width) >> 1) * width + ((cell % width) >> 1);
}

/** Collects a component and closes its cells. */
function flood(open: Uint8Array, start: number, height: number, width: number): number[] {
  const cells = [start];
  open[start] = 0;
  for (let next = 0; next < cells.length; next++) {
    const row = Math.floor(cells[next] / width);
    const column = cells[next] % width;
    for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
        const cell = r * width + c;
        if (!open[cell]) continue;
        open[cell] = 0;
        cells.push(cell);
      }
    }
  }
  return cells;
}

function centroidOf(cells: readonly number[], width: number): Point {
  const rows = cells.reduce((sum, cell) => sum + Math.floor(cell / width), 0);
  const columns = cells.reduce((sum, cell) => sum + (cell % width), 0);
  return { row: rows / cells.length, column: columns / cells.length };
}
