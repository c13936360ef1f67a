/** Says in a few words what the first bytes of a file that is no NIfTI look like. */

const signatures: readonly (readonly [offset: number, bytes: string, kind: string])[] = [
  [0, '\x89PNG', 'a PNG picture'],
  [0, '\xff\xd8\xff', 'a JPEG picture'],
  [0, 'GIF8', 'a GIF picture'],
  [0, 'II*\0', 'a TIFF picture'],
  [0, 'MM\0*', 'a TIFF picture'],
  [128, 'DICM', 'a DICOM file (convert the series with dcm2niix)'],
  [0, 'NRRD000', 'an NRRD file'],
  [0, '\x89HDF', 'an HDF5 or MINC file'],
  [0, 'CDF', 'a NetCDF or MINC file'],
  [0, 'mrtrix image', 'an MRtrix image'],
  [0, 'ObjectType', 'a MetaImage header'],
  [0, '\x93NUMPY', 'a NumPy array'],
  [0, 'MATLAB', 'a MATLAB file'],
  [0, 'PK\x03\x04', 'a ZIP archive (unpack it first)'],
  [0, '7z\xbc\xaf', 'a 7-Zip archive (unpack it first)'],
  [0, '\xfd7zXZ', 'an xz archive (unpack it first)'],
  [0, 'BZh', 'a bzip2 archive (unpack it first)'],
  [0, '\x28\xb5\x2f\xfd', 'a Zstandard archive (unpack it first)'],
  [0, '\x1f\x8b', 'another gzip file (decompress it once)'],
  [257, 'ustar', 'a tar archive (unpack it first)'],
  [0, '%PDF', 'a PDF document'],
];

/** `seems to be …`, or null where nothing is recognised. `start`: at least the first few hundred bytes. */
export function describeBytes(start: Buffer): string | null {
  const text = start.toString('latin1');
  const known = signatures.find(([offset, bytes]) => text.startsWith(bytes, offset));
  if (known) return `seems to be ${known[2]}`;
  if (isAnalyze(start)) return 'seems to be an ANALYZE 7.5 header (convert the pair to one .nii file)';
  if (!/^[\x09\x0a\x0d\x20-\x7e\x80-\xff]*$/.test(text) || text.length === 0) return null;
  if (!isMostlyAscii(start)) return null;
  const trimmed = text.trimStart().toLowerCase();
  if (trimmed.startsWith('<!doctype html') || trimmed.startsWith('<html'))
    return 'seems to be a web page (the download may have failed)';
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return 'seems to be JSON text';
  if (trimmed.startsWith('<')) return 'seems to be XML text';
  return 'seems to be plain text';
}

function isAnalyze(start: Buffer): boolean {
  return start.length >= 348 && (start.readInt32LE(0) === 348 || start.readInt32BE(0) === 348);
}

function isMostlyAscii(start: Buffer): boolean {
  let ascii = 0;
  for (const byte of start) if (byte < 0x80) ascii++;
  return ascii > 0.85 * start.length;
}

/** `3.4 MB` and the like, decimal. */
export function formatBytes(count: number): string {
  if (count < 1000) return `${count} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  const power = Math.min(units.length, Math.floor(Math.log10(count) / 3));
  return `${(count / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}
