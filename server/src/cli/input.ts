import { readFile } from 'node:fs/promises';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';

/**
 * The bytes of a file named on the command line.
 *
 * @throws UserError when it can't be read
 */
export async function readInput(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause: unknown) => {
    throw new UserError('cannot read', reasonOf(cause, 'reading'), file, { cause });
  });
}
