import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** The part of a JSON schema that says which keys an object may have. */
interface KeySchema {
  readonly properties?: Record<string, KeySchema>;
  readonly anyOf?: readonly KeySchema[];
  readonly oneOf?: readonly KeySchema[];
}

/**
 * One clause about what is wrong with a configuration: the first issue that says something useful.
 * @param schema what the configuration was checked against; its keys are what is suggested for a misspelt one
 */
export function describeConfigIssue(schema: z.ZodType, error: z.ZodError): string {
  const { issue, path } = usefulIssues(error)[0]!;
  const place = path.length === 0 ? '' : `\`${path.join('.')}\`: `;
  if (issue.code !== 'unrecognized_keys') return `${place}${lowerFirst(issue.message)}`;
  const key = issue.keys[0]!;
  const known = keysAt(z.toJSONSchema(schema, { io: 'input' }) as KeySchema, path);
  const full = [...path, key].join('.');
  return `unknown key \`${full}\`${suggestion(key, known)}`;
}

/** An issue and the whole path of the value it is about. */
export interface PlacedIssue {
  readonly issue: z.core.$ZodIssue;
  readonly path: readonly PropertyKey[];
}

/** All issues of a configuration; of a union those of the branch that fits best. */
export const usefulIssues = (error: z.ZodError): PlacedIssue[] =>
  error.issues.flatMap((issue) => deepest(issue, []));

/** Inside a union, the branch that fits best: the one with the fewest complaints that is no mere type mismatch. */
function deepest(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): PlacedIssue[] {
  const path = [...base, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ issue, path }];
  const [branch] = issue.errors
    .filter((one) => one.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'))
    .sort((a, b) => a.length - b.length);
  return branch === undefined ? [{ issue, path }] : branch.flatMap((inner) => deepest(inner, path));
}

/** The keys an object at this path may have. */
export function keysAt(schema: KeySchema, path: readonly PropertyKey[]): string[] {
  const options = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const [head, ...rest] = path;
  if (head === undefined)
    return [...new Set(options.flatMap((option) => Object.keys(option.properties ?? {})))];
  return options.flatMap((option) => {
    const child = option.properties?.[String(head)];
    return child === undefined ? [] : keysAt(child, rest);
  });
}

function suggestion(key: string, known: readonly string[]): string {
  if (known.length === 0) return '; remove it';
  const meant = closeTo(key, known);
  return meant !== null ? `; did you mean \`${meant}\`?` : `; known here: ${known.join(', ')}`;
}

/** The word somebody probably meant; null where none is like it. */
export function closeTo(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const best = closest(word, [...known]);
  return distance(word.toLowerCase(), best.toLowerCase()) <= Math.max(2, word.length / 3) ? best : null;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
