/** Builds NIfTI files byte by byte for tests, independently of what the product writes with. */

interface NiftiOptions {
  version?: 1 | 2;
  little?: boolean;
  dims?: number[];
  datatype?: number;
  values: Float64Array;
  pixdim?: number[];
  slope?: number;
  inter?: number;
  voxelOffset?: number;
  sform?: readonly (readonly number[])[];
  sformCode?: number;
  qformCode?: number;
  quaternion?: number[];
  offset?: number[];
}

type Put = (view: DataView, offset: number, value: number, little: boolean) => void;

const voxelTypes: Record<number, [bytes: number, put: Put]> = {
  2: [1, (v, o, n) => v.setUint8(o, n)],
  4: [2, (v, o, n, l) => v.setInt16(o, n, l)],
  8: [4, (v, o, n, l) => v.setInt32(o, n, l)],
  16: [4, (v, o, n, l) => v.setFloat32(o, n, l)],
  64: [8, (v, o, n, l) => v.setFloat64(o, n, l)],
  256: [1, (v, o, n) => v.setInt8(o, n)],
  512: [2, (v, o, n, l) => v.setUint16(o, n, l)],
  768: [4, (v, o, n, l) => v.setUint32(o, n, l)],
  1024: [8, (v, o, n, l) => v.setBigInt64(o, BigInt(n), l)],
  1280: [8, (v, o, n, l) => v.setBigUint64(o, BigInt(n), l)],
};

/** A file of 2 x 3 x 4 voxels unless `dims` (the header's eight, or the first of them) say otherwise. */
export function niftiBytes(options: NiftiOptions): Buffer {
  const { version = 1, little = true, dims = [3, 2, 3, 4], datatype = 2, values } = options;
  const start = options.voxelOffset ?? (version === 1 ? 352 : 544);
  const [size, put] = voxelTypes[datatype];
  const bytes = Buffer.alloc(start + values.length * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const one = version === 1;
  const int = (at: number, n: number) => (one ? view.setInt16(at, n, little) : view.setInt32(at, n, little));
  const real = (at: number, n: number) =>
    one ? view.setFloat32(at, n, little) : view.setFloat64(at, n, little);
  const width = one ? 4 : 8;
  view.setInt32(0, one ? 348 : 540, little);
  bytes.write(one ? 'n+1' : 'n+2', one ? 344 : 4);
  view.setInt16(one ? 70 : 12, datatype, little);
  view.setInt16(one ? 72 : 14, 8 * size, little);
  for (let n = 0; n < 8; n++) {
    if (one) view.setInt16(40 + 2 * n, dims[n] ?? 1, little);
    else view.setBigInt64(16 + 8 * n, BigInt(dims[n] ?? 1), little);
    real((one ? 76 : 104) + width * n, options.pixdim?.[n] ?? 1);
  }
  if (one) view.setFloat32(108, start, little);
  else view.setBigInt64(168, BigInt(start), little);
  real(one ? 112 : 176, options.slope ?? 1);
  real(one ? 116 : 184, options.inter ?? 0);
  int(one ? 252 : 344, options.qformCode ?? 0);
  int(one ? 254 : 348, options.sformCode ?? 0);
  const q = [...(options.quaternion ?? [0, 0, 0]), ...(options.offset ?? [0, 0, 0])];
  q.forEach((value, n) => real((one ? 256 : 352) + width * n, value));
  options.sform
    ?.slice(0, 3)
    .flat()
    .forEach((value, n) => real((one ? 280 : 400) + width * n, value));
  values.forEach((value, n) => put(view, start + n * size, value, little));
  return bytes;
}
