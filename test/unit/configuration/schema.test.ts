import { adviceSchema, type JsonSchema } from '@disc-labeling/server/configuration/json-schema';
import { parseConfiguration } from '@disc-labeling/server/configuration/read';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import {
  ownConfiguration,
  referenceConfiguration,
  syntheticConfiguration,
} from '../../../client/src/commands/configuration-templates.js';
import { repositoryDir } from '../../support/shared.js';

const file = join(repositoryDir, 'schemas', 'disc-labeling.schema.json');
const shipped = JSON.parse(readFileSync(file, 'utf8')) as JsonSchema;

describe('the schema that ships', () => {
  it('is what the settings say (node scripts/schema.mjs)', () => {
    expect(shipped).toEqual(JSON.parse(JSON.stringify(adviceSchema())));
  });

  it("tells every setting's meaning and the reference's defaults", () => {
    const silent: string[] = [];
    const visit = (schema: JsonSchema, path: string): void => {
      for (const [key, value] of Object.entries(schema.properties ?? {})) {
        const place = `${path}.${key}`;
        // What is filled in by a training, and the numbers of an augmentation, which its own text explains.
        if (value['doNotSuggest'] || /\.augment\.\w+\./.test(place) || 'const' in value) continue;
        if (!value.description) silent.push(place);
        visit(value, place);
      }
      for (const branch of schema.anyOf ?? []) visit(branch, path);
    };
    visit(shipped, '');
    expect(silent).toEqual([]);
    const training = shipped.properties!['training']!.properties!;
    expect(training['epochs']).toMatchObject({ default: 120 });
    expect(training['lr']).toMatchObject({ default: 2.5e-4 });
    expect(training['optimizer']).toMatchObject({
      default: 'rmsprop',
      anyOf: [{ enum: ['rmsprop', 'adam'] }, {}],
      markdownDescription: expect.stringContaining('Default: `"rmsprop"`'),
    });
  });

  it('leaves complaints to the backend: no word that could refuse a value, but for the kind of a union', () => {
    const refusing =
      /"(required|additionalProperties|minimum|maximum|exclusiveMinimum|pattern|oneOf|multipleOf)":/;
    expect(JSON.stringify(shipped)).not.toMatch(refusing);
  });
});

test.each([
  ['synthetic spines', syntheticConfiguration(), { source: 'phantom' }],
  ['own volumes', ownConfiguration('bids', 'both'), { source: 'prepared', path: '/here/prepared' }],
  ['the reference', referenceConfiguration('bids', 'T1w', true), { source: 'prepared' }],
  ['the reference without attention', referenceConfiguration('bids', 'T2w', false), { source: 'prepared' }],
])('a new configuration for %s is valid', (_, content, data) => {
  expect(parseConfiguration(content, '/here/disc-labeling.json').training.data).toMatchObject(data);
});

test('new configurations train what they say', () => {
  const { training } = parseConfiguration(referenceConfiguration('b', 'T2w', false), '/disc-labeling.json');
  expect(training.network).toMatchObject({ variant: 'reference', attention: false, features: 128 });
  expect(training).toMatchObject({ contrast: 'T2w', training: { epochs: 120, optimizer: 'rmsprop' } });
  const own = parseConfiguration(ownConfiguration('b', 'both'), '/disc-labeling.json');
  expect(own.training).toMatchObject({ contrast: 'any', network: { variant: 'light' } });
  expect(own.dataset).toMatchObject({ contrast: 'both', preparation: 'own' });
});
