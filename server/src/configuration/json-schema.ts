import { z } from 'zod';
import { configurationSchema } from './schema.js';

/** What is used of a JSON schema here. */
export interface JsonSchema {
  [keyword: string]: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** `false` after `prefixItems`. */
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

let strict: JsonSchema | undefined;

/** Everything a configuration may hold, as a JSON schema. */
export const strictSchema = (): JsonSchema =>
  (strict ??= z.toJSONSchema(configurationSchema, { io: 'input' }) as JsonSchema);

/**
 * The schema that ships, for completion and hover. It finds nothing wrong with any text: an editor would
 * complain of the same things the backend does, in other words and without a remedy.
 */
export function adviceSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Disc Labeling configuration',
    description: 'Dataset, network, training and output of a disc labelling model.',
    allowComments: true,
    allowTrailingCommas: true,
    ...advice(strictSchema()),
  };
}

/** What is about a value, not what it may be. */
const about = ['description', 'default', 'examples', 'doNotSuggest'] as const;

const hover = (description: string, usual: unknown): string =>
  usual === undefined ? description : `${description}\n\nDefault: \`${JSON.stringify(usual)}\``;

/** @param tells whether a constant tells branches of a union apart: without it all branches would always fit */
function advice(schema: JsonSchema, tells = false): JsonSchema {
  const kept = {
    ...Object.fromEntries(about.filter((word) => word in schema).map((word) => [word, schema[word]])),
    ...(schema.description === undefined
      ? {}
      : { markdownDescription: hover(schema.description, schema.default) }),
  };
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined)
    return { ...kept, anyOf: [...branches.map((branch) => advice(branch, schema.oneOf !== undefined)), {}] };
  if (schema.properties !== undefined) {
    const properties = Object.entries(schema.properties).map(([key, value]) => [
      key,
      tells && value.const !== undefined ? { ...value } : advice(value),
    ]);
    return { ...kept, properties: Object.fromEntries(properties) as JsonSchema['properties'] };
  }
  const item = itemOf(schema);
  if (item !== undefined) return { ...kept, items: advice(item) };
  const allowed = ['type', 'const', 'enum']
    .filter((word) => word in schema)
    .map((word) => [word, schema[word]]);
  return { ...kept, anyOf: [Object.fromEntries(allowed) as JsonSchema, {}] };
}

/** What an entry of a list may be; those of our tuples are alike. */
const itemOf = ({ items, prefixItems }: JsonSchema): JsonSchema | undefined => items || prefixItems?.[0];

/** The parts of a schema that speak of the value at a path. */
export function schemasAt(path: readonly PropertyKey[], from: JsonSchema = strictSchema()): JsonSchema[] {
  const options = [
    from,
    ...[...(from.anyOf ?? []), ...(from.oneOf ?? [])].flatMap((one) => schemasAt([], one)),
  ];
  const [head, ...rest] = path;
  if (head === undefined) return options;
  return options.flatMap((option) => {
    const child = typeof head === 'number' ? itemOf(option) : option.properties?.[String(head)];
    return child === undefined ? [] : schemasAt(rest, child);
  });
}

/** The values allowed at a path, where they can be counted. */
export function allowedAt(path: readonly PropertyKey[]): unknown[] {
  const values = schemasAt(path).flatMap((schema) =>
    'const' in schema ? [schema.const] : (schema.enum ?? []),
  );
  return [...new Set(values)];
}

/** The default of the value at a path; undefined where it has none. */
export const defaultAt = (path: readonly PropertyKey[]): unknown =>
  schemasAt(path).find((schema) => schema.default !== undefined)?.default;
