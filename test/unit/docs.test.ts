import { buildProgram } from '@disc-labeling/server/cli/program';
import { strictSchema } from '@disc-labeling/server/configuration/json-schema';
import { parseConfiguration } from '@disc-labeling/server/configuration/read';
import { ownAugmentation } from '@disc-labeling/server/dataset/augment/settings';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsPage, configurationPage, exampleConfiguration } from '../../scripts/docs.mjs';
import { repositoryDir } from '../support/shared.js';

const read = (name: string): string => readFileSync(join(repositoryDir, name), 'utf8');

describe('what can be looked up is what the code says (node scripts/docs.mjs)', () => {
  it('of configurations', async () => {
    expect(read('docs/configuration.md')).toBe(await configurationPage(strictSchema(), ownAugmentation));
    const { training, output } = parseConfiguration(exampleConfiguration, '/here/disc-labeling.json');
    expect(training.data).toMatchObject({ source: 'prepared', path: '/here/prepared' });
    expect(output).toBe('/here/runs/my-spine');
  });

  it('of the command line and of the palette', async () => {
    const manifest = JSON.parse(read('package.json')) as unknown;
    const strings = JSON.parse(read('package.nls.json')) as unknown;
    const program = buildProgram(new AbortController().signal);
    expect(read('docs/commands.md')).toBe(await commandsPage(program, manifest, strings));
  });
});
