import { distance } from 'fastest-levenshtein';
import { closeTo, keysAt, usefulIssues, type PlacedIssue } from '../training/config-issues.js';
import type { Finding, Fix } from './findings.js';
import { allowedAt, defaultAt, schemasAt, strictSchema } from './json-schema.js';
import { configurationSchema } from './schema.js';
import type { ConfigurationText } from './text.js';

/** What can be seen to be wrong without a look at the disk: unknown keys, missing ones, values that are not allowed. */
export function formFindings(text: ConfigurationText): Finding[] {
  const { value } = text;
  // An empty file is one somebody is about to fill.
  if (value === undefined) return [];
  const parsed = configurationSchema.safeParse(value);
  if (parsed.success) return [];
  return usefulIssues(parsed.error)
    .flatMap((placed) =>
      placed.issue.code === 'unrecognized_keys' ? unknownKeys(text, placed) : [wrongValue(text, placed)],
    )
    .filter((finding) => text.whole || finding.code !== 'missing');
}

const named = (path: readonly PropertyKey[]): string => `\`${path.join('.')}\``;

function unknownKeys(text: ConfigurationText, { issue, path }: PlacedIssue): Finding[] {
  const known = keysAt(strictSchema() as Parameters<typeof keysAt>[0], path);
  const { keys } = issue as Extract<typeof issue, { code: 'unrecognized_keys' }>;
  return keys.map((key) => {
    const place = [...path, key];
    const meant = closeTo(key, known);
    const rename: Fix[] =
      meant === null || text.has([...path, meant])
        ? []
        : [{ title: `Rename to "${meant}"`, edits: text.rename(place, meant) }];
    const hint = meant === null ? `known here: ${known.join(', ')}` : `did you mean \`${meant}\`?`;
    return {
      ...text.keyPlace(place),
      severity: 'error',
      code: 'unknown-key',
      message: `Unknown key ${named(place)}; ${hint}`,
      fixes: [...rename, { title: `Remove "${key}"`, edits: text.remove(place) }],
    };
  });
}

function wrongValue(text: ConfigurationText, { issue, path }: PlacedIssue): Finding {
  const value = at(text.value, path);
  if (value === undefined && path.length > 0 && !text.has(path)) return missing(text, path);
  const allowed = allowedAt(path);
  const fixes = replacements(path, value, issue, allowed).map((better) => ({
    title: `Set ${String(path.at(-1))} to ${JSON.stringify(better)}${better === defaultAt(path) ? ' (the default)' : ''}`,
    edits: text.set(path, better),
  }));
  const message = allowed.length > 0 ? `give ${list(allowed)}` : demand(issue, isWhole(path));
  return {
    ...text.valuePlace(path),
    severity: 'error',
    code: 'wrong-value',
    message:
      path.length === 0 ? `Give an object with "formatVersion" and "name"` : `${named(path)}: ${message}`,
    fixes,
  };
}

/** What a configuration needs that nothing else tells. */
const needed: Readonly<Record<string, unknown>> = { formatVersion: 1, name: 'model' };

function missing(text: ConfigurationText, path: readonly PropertyKey[]): Finding {
  const [only] = path.length === 1 ? [needed[String(path[0])]] : [undefined];
  const allowed = allowedAt(path);
  const additions = only !== undefined ? [only] : allowed;
  return {
    ...text.valuePlace(path),
    severity: 'error',
    code: 'missing',
    message: `${named(path)} is missing${allowed.length > 0 ? `; give ${list(allowed)}` : ''}`,
    fixes: additions.map((value) => ({
      title: `Add "${String(path.at(-1))}": ${JSON.stringify(value)}`,
      edits: text.set(path, value),
    })),
  };
}

/** Allowed values near a wrong one, the nearest first. */
function replacements(
  path: readonly PropertyKey[],
  value: unknown,
  issue: PlacedIssue['issue'],
  allowed: readonly unknown[],
): unknown[] {
  if (allowed.length > 0) {
    const word = typeof value === 'string' ? value : JSON.stringify(value);
    return [...allowed].sort((a, b) => distance(word, String(a)) - distance(word, String(b))).slice(0, 3);
  }
  const better = nearest(value, issue, isWhole(path)) ?? defaultAt(path);
  return better === undefined || typeof better === 'object' ? [] : [better];
}

const isWhole = (path: readonly PropertyKey[]): boolean =>
  schemasAt(path).some(({ type }) => type === 'integer');

function nearest(value: unknown, issue: PlacedIssue['issue'], whole: boolean): unknown {
  switch (issue.code) {
    case 'too_small':
      // Whole numbers have a next one; where fractions are allowed, nothing is the nearest.
      if (issue.inclusive) return bounded(value, issue.minimum);
      return whole ? bounded(value, Number(issue.minimum) + 1) : undefined;
    case 'too_big':
      return issue.inclusive ? bounded(value, issue.maximum) : undefined;
    case 'not_multiple_of':
      return typeof value === 'number'
        ? Math.max(1, Math.round(value / issue.divisor)) * issue.divisor
        : undefined;
    case 'invalid_type':
      return converted(value, whole ? 'int' : issue.expected);
    default:
      return undefined;
  }
}

const bounded = (value: unknown, bound: number | bigint): number | undefined =>
  typeof value === 'number' ? Number(bound) : undefined;

/** A value of another type that says the same. */
function converted(value: unknown, expected: string): unknown {
  if (expected === 'int' && typeof value === 'number') return Math.round(value);
  if (typeof value !== 'string') return undefined;
  if (expected === 'boolean') return { true: true, false: false }[value.trim().toLowerCase()];
  if (expected !== 'number' && expected !== 'int') return undefined;
  const number = value.trim() === '' ? NaN : Number(value);
  if (!Number.isFinite(number)) return undefined;
  return expected === 'int' ? Math.round(number) : number;
}

const kindsOfValue: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'a text in quotes',
  object: 'an object in braces',
  array: 'a list in brackets',
  tuple: 'a list in brackets',
};

/** What a value has to be, in words. */
function demand(issue: PlacedIssue['issue'], whole: boolean): string {
  switch (issue.code) {
    case 'invalid_type':
      return `give ${kindsOfValue[whole ? 'int' : issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string') return 'it is empty';
      if (whole && !issue.inclusive) return `give ${Number(issue.minimum) + 1} or more`;
      return `give ${issue.origin === 'array' ? 'a list of ' : ''}${issue.inclusive ? `${issue.minimum} or more` : `more than ${issue.minimum}`}`;
    case 'too_big':
      return `give ${issue.origin === 'array' ? 'a list of ' : ''}${issue.inclusive ? `${issue.maximum} or less` : `less than ${issue.maximum}`}`;
    case 'not_multiple_of':
      return `give a multiple of ${issue.divisor}`;
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

const list = (values: readonly unknown[]): string => {
  const words = values.map((value) => JSON.stringify(value));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
};
