/** Bytes of a file that may be gzipped, read from the front and no further than asked. */
import { open, lstat, readFile, readlink, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createGunzip, gunzip, type ZlibOptions } from 'node:zlib';
import { promisify } from 'node:util';
import type { Readable } from 'node:stream';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { describeBytes, formatBytes } from './sniff.js';

const cannotRead = 'cannot read volume';
const unpack = promisify(gunzip) as (
  packed: Uint8Array,
  options: ZlibOptions,
) => Promise<Buffer<ArrayBuffer>>;
const largeChunk = 1 << 18;

/** A file whose content git-annex or Git LFS has not fetched yet. */
export class NotDownloadedError extends UserError {
  /** @param bytes size of the content, where the pointer tells it */
  constructor(
    path: string,
    readonly tool: 'git annex' | 'git lfs',
    readonly bytes: number | null,
  ) {
    const size = bytes === null ? '' : ` (${formatBytes(bytes)})`;
    const command = tool === 'git lfs' ? 'git lfs pull' : `git annex get ${path.split(/[\\/]/).at(-1)}`;
    super(cannotRead, `not downloaded yet${size}: ${command}`, path);
  }
}

/** What is known of a file before anything of it is decoded. */
export interface Source {
  readonly path: string;
  readonly size: number;
  readonly gzipped: boolean;
}

/**
 * Looks at a file: is it there, is it a file, has it content, is it gzipped (by its first bytes, whatever its name).
 * @throws UserError missing, a folder, empty, not readable, or a git-annex / Git LFS pointer instead of the content
 */
export async function openSource(path: string): Promise<Source> {
  await refuseDanglingAnnexLink(path);
  const info = await stat(path).catch((error: unknown) => refuse(error, path));
  if (info.isDirectory())
    throw new UserError(cannotRead, 'it is a folder; give a .nii or .nii.gz file', path);
  if (!info.isFile()) throw new UserError(cannotRead, 'it is no regular file', path);
  if (info.size === 0) throw new UserError(cannotRead, 'the file is empty; fetch or export it again', path);
  const start = await firstBytes(path, 1024);
  refusePointer(start, path);
  return { path, size: info.size, gzipped: start[0] === 0x1f && start[1] === 0x8b };
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path).catch((error: unknown) => refuse(error, path));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    return refuse(error, path);
  } finally {
    await file.close();
  }
}

function refuse(error: unknown, path: string): never {
  throw new UserError(cannotRead, reasonOf(error, 'reading'), path, { cause: error });
}

/** git-annex leaves a link to a key that is not there, until the content is fetched. */
async function refuseDanglingAnnexLink(path: string): Promise<void> {
  const link = await lstat(path).catch(() => null);
  if (!link?.isSymbolicLink()) return;
  const target = await readlink(path);
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (there) return;
  if (isAnnexKey(target)) throw new NotDownloadedError(path, 'git annex', annexSize(target));
  throw new UserError(cannotRead, `it is a link to ${target}, which is not there`, path);
}

function refusePointer(start: Buffer, path: string): void {
  const text = start.subarray(0, 400).toString('latin1');
  if (isAnnexKey(text.split('\n', 1)[0] ?? ''))
    throw new NotDownloadedError(path, 'git annex', annexSize(text));
  if (text.startsWith('version https://git-lfs')) {
    throw new NotDownloadedError(path, 'git lfs', sizeIn(text, /size (\d+)/));
  }
}

function isAnnexKey(text: string): boolean {
  return /^[\x20-\x7e]*[\\/]annex[\\/]objects[\\/]/.test(text);
}

/** A key holds the size of its content: `SHA256E-s<bytes>--…`. */
const annexSize = (text: string): number | null => sizeIn(text, /-s(\d+)-/);

function sizeIn(text: string, pattern: RegExp): number | null {
  const size = pattern.exec(text)?.[1];
  return size === undefined ? null : Number(size);
}

/** Hands out the (decompressed) bytes of a source from the front, in pieces of the sizes asked for. */
export class SourceReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly streams: Readable[];
  private pending: Buffer = Buffer.alloc(0);
  /** Decompressed bytes handed out so far. */
  position = 0;

  /** @param chunkBytes read and unpacked at once; few where only the beginning is wanted */
  constructor(
    private readonly source: Source,
    private readonly signal?: AbortSignal,
    chunkBytes = largeChunk,
  ) {
    const file = createReadStream(source.path, { highWaterMark: chunkBytes });
    this.streams = [file];
    let last: Readable = file;
    if (source.gzipped) {
      const gunzip = createGunzip({ chunkSize: chunkBytes });
      file.on('error', (error) => gunzip.destroy(error));
      last = file.pipe(gunzip);
      this.streams.push(gunzip);
    }
    this.chunks = last[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Fills `target` and returns how many bytes there were (fewer than its length only at the end). */
  async fill(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length && (await this.more())) {
      const count = Math.min(this.pending.length, target.length - filled);
      target.set(this.pending.subarray(0, count), filled);
      this.pending = this.pending.subarray(count);
      filled += count;
    }
    this.position += filled;
    return filled;
  }

  /** Passes over `count` bytes; returns how many there were. */
  async skip(count: number): Promise<number> {
    let skipped = 0;
    while (skipped < count && (await this.more())) {
      const step = Math.min(this.pending.length, count - skipped);
      this.pending = this.pending.subarray(step);
      skipped += step;
    }
    this.position += skipped;
    return skipped;
  }

  /** Reads on to the end, so that a damaged end (checksum) is noticed. */
  async drain(): Promise<void> {
    await this.skip(Infinity);
  }

  close(): void {
    for (const stream of this.streams) stream.destroy();
  }

  private async more(): Promise<boolean> {
    while (this.pending.length === 0) {
      throwIfCancelled(this.signal);
      const next = await this.chunks.next().catch((error: unknown) => this.refuse(error));
      if (next.done) return false;
      this.pending = next.value;
    }
    return true;
  }

  private refuse(error: unknown): never {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const { path, size } = this.source;
    if (code === 'Z_BUF_ERROR')
      throw new UserError(
        cannotRead,
        `the compressed file ends too early (at ${formatBytes(size)}); copy or download it again`,
        path,
        { cause: error },
      );
    if (code.startsWith('Z_'))
      throw new UserError(
        cannotRead,
        `the compressed data is damaged (${(error as Error).message}); copy or download it again`,
        path,
        { cause: error },
      );
    return refuse(error, path);
  }
}

/**
 * All bytes of a compressed file in one go, off this thread: faster than piece by piece, and with less garbage.
 * @param length of the unpacked file
 * @returns null where it is not quite as long or not sound; a {@link SourceReader} finds out what is wrong
 */
export async function unpackWhole(source: Source, length: number): Promise<Uint8Array<ArrayBuffer> | null> {
  // A little room, lest zlib asks for a second buffer.
  const room = length + 64;
  try {
    const packed = await readFile(source.path);
    const bytes = await unpack(packed, { chunkSize: room, maxOutputLength: room });
    return bytes.length === length ? bytes : null;
  } catch {
    return null;
  }
}

/** The error for a file that is no NIfTI, saying what it seems to be. */
export function notNifti(path: string, start: Buffer, gzipped: boolean): UserError {
  const seems = describeBytes(start);
  const inside = gzipped ? 'its decompressed content' : 'it';
  return new UserError(
    cannotRead,
    `not a NIfTI file; ${inside} ${seems ?? 'has no NIfTI header'}; give a .nii or .nii.gz image`,
    path,
  );
}
