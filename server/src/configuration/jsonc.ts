/** JSON with comments and trailing commas, as editors let one write configurations. */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

export const jsoncOptions = { allowTrailingComma: true, disallowComments: false } as const;

/**
 * The value of a text, or what is wrong with it.
 * @returns `error`: a clause with line and column, null where it is fine
 */
export function parseJsonc(text: string): { readonly value: unknown; readonly error: string | null } {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, jsoncOptions);
  const [first] = errors;
  return { value, error: first === undefined ? null : describeError(text, first) };
}

function describeError(text: string, { error, offset }: ParseError): string {
  const before = text.slice(0, offset).split('\n');
  // `ValueExpected` → `value expected`
  const what = printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return `${what} in line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
