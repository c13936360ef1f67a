/**
 * True for files that hold labels rather than an image, by the names of the field (BIDS derivatives `dlabel`,
 * `dseg`, `mask`; the older `labels-…`, `seg`): they are shown, but not labelled unasked.
 */
export const isLabelFile = (name: string): boolean =>
  /_(?:dlabel|dseg|labels?(?:-[\w-]+)?|seg|mask)\.nii(?:\.gz)?$/i.test(name);
