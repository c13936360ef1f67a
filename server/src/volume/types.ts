/** Voxel values as stored or after scaling. */
export type VoxelArray =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Row-major 4 x 4. */
export type Affine = readonly [
  readonly [number, number, number, number],
  readonly [number, number, number, number],
  readonly [number, number, number, number],
  readonly [number, number, number, number],
];

/**
 * A 3-D volume in the file's own axis order: voxel (i, j, k) is `data[i + ni * (j + nj * k)]`.
 * Values have scl_slope / scl_inter applied.
 */
export interface Volume {
  readonly shape: readonly [ni: number, nj: number, nk: number];
  readonly data: VoxelArray;
  /** Voxel (i, j, k) to world mm, RAS+ (x to the right, y anterior, z superior). */
  readonly affine: Affine;
  /** Where the affine comes from; `none`: neither form was set, axes are taken as RAS with the given spacing. */
  readonly affineSource: 'sform' | 'qform' | 'none';
  /** mm per voxel along each of the file's axes. */
  readonly spacing: readonly [number, number, number];
  /** Things a user should know about how the file was read, one sentence each. */
  readonly notices: readonly string[];
}

/** What a header alone tells, without reading voxels. */
export interface VolumeHeader {
  readonly format: 'NIfTI-1' | 'NIfTI-2';
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly spacing: readonly [number, number, number];
  readonly affine: Affine;
  readonly affineSource: Volume['affineSource'];
  readonly littleEndian: boolean;
  readonly notices: readonly string[];
}
