import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { userErrorCode, type ErrorData } from '../protocol/index.js';

/**
 * What the editor gets to hear of a failure: a `UserError` travels with its parts, so that the viewer can show
 * them; a cancelled request ends as the protocol says; anything else is a fault of ours and stays an internal
 * error (the connection logs it with its stack).
 */
export function toResponseError(error: unknown): unknown {
  if (error instanceof UserError) {
    const data: ErrorData = { what: error.what, why: error.why, file: error.file };
    return new ResponseError(userErrorCode, error.message, data);
  }
  if (error instanceof CancelledError || (error instanceof Error && error.name === 'AbortError'))
    return new ResponseError(LSPErrorCodes.RequestCancelled, error.message);
  return error;
}
