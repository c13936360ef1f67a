/**
 * Names of disc label values, as the Spinal Cord Toolbox and BIDS derivatives number them: a disc's value is
 * the number of the vertebra below it counted from C1 = 1 (so C2/C3 is 3 and L5/S1 is 25); 1 is the top of C1.
 * No imports, so that any part may use it.
 */

const count = (letter: string, last: number) => Array.from({ length: last }, (_, n) => `${letter}${n + 1}`);

/** C1 … C7, T1 … T12, L1 … L5, S1 … S5. */
const vertebrae: readonly string[] = [
  ...count('C', 7),
  ...count('T', 12),
  ...count('L', 5),
  ...count('S', 5),
];

const topOfC1 = 'C1 top';

/** Values of C2/C3 and L5/S1, the ends from which levels are counted. */
export const uppermostDisc = 3;
export const lumbosacralDisc = 25;

/** Values of the discs between them, both included, from head to foot. */
export const spineDiscs: readonly number[] = Array.from(
  { length: lumbosacralDisc - uppermostDisc + 1 },
  (_, n) => uppermostDisc + n,
);

/** Values that name a disc (or the top of C1); others, such as 49, 50 and 60, are landmarks of another kind. */
export function isDiscValue(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= vertebrae.length;
}

/** `C2/C3` for 3, … `L5/S1` for 25, `C1/C2` for 2, `C1 top` for 1, `label 49` for what is no disc. */
export function discName(value: number): string {
  if (value === 1) return topOfC1;
  return isDiscValue(value) ? `${vertebrae[value - 2]}/${vertebrae[value - 1]}` : `label ${value}`;
}

/** The value of a name as {@link discName} gives it (case and hyphens for slashes forgiven), or null. */
export function discValue(name: string): number | null {
  const wanted = name.trim().replace('-', '/').toUpperCase();
  const values = Array.from({ length: vertebrae.length }, (_, n) => n + 1);
  return values.find((value) => discName(value).toUpperCase() === wanted) ?? null;
}
