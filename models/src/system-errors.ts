/** One entry: why a file operation failed, and what helps where that depends on reading or writing. */
interface Reason {
  readonly why: string;
  readonly reading?: string;
  readonly writing?: string;
}

const elsewhere = 'choose another folder';
const makeRoom = 'free some and try again';
const noPermission: Reason = {
  why: 'there is no permission',
  reading: 'change its permissions',
  writing: elsewhere,
};

/** By Node's error code (`man 3 errno`). */
const reasons: Readonly<Record<string, Reason>> = {
  ENOENT: { why: 'there is no such file or folder', reading: 'check the path' },
  EACCES: noPermission,
  EPERM: noPermission,
  EISDIR: { why: 'it is a folder', reading: 'give a file', writing: 'choose another name' },
  ENOTDIR: { why: 'a part of its path is no folder', reading: 'check the path', writing: elsewhere },
  EEXIST: { why: 'a file is in the place of a folder', writing: elsewhere },
  ELOOP: { why: 'it is a link that leads back to itself', reading: 'check the path', writing: elsewhere },
  ENAMETOOLONG: { why: 'the name is too long', writing: 'choose a shorter one' },
  EMFILE: { why: 'too many files are open', reading: 'try again', writing: 'try again' },
  ENOSPC: { why: 'no space is left on the disk', writing: makeRoom },
  EDQUOT: { why: 'the disk quota is used up', writing: 'free some space and try again' },
  EFBIG: { why: 'the file is too large for this disk', writing: elsewhere },
  EROFS: { why: 'the disk is read-only', writing: elsewhere },
  EIO: { why: 'the disk reports an error', reading: 'copy the file again', writing: elsewhere },
  ERR_FS_FILE_TOO_LARGE: { why: 'it has more than 2 GiB', reading: 'give a smaller file' },
};

/**
 * A failed file operation in words, for the second half of a `UserError`.
 *
 * @param doing adds what helps when that was being done; without it the caller says what to do
 */
export function reasonOf(error: unknown, doing?: 'reading' | 'writing'): string {
  const reason = reasons[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  if (reason === undefined) return error instanceof Error ? error.message : String(error);
  const remedy = doing && reason[doing];
  return remedy === undefined ? reason.why : `${reason.why}; ${remedy}`;
}
