import { existsSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fingerprint, fingerprintDifferences } from '../../training/fingerprint.js';
import type { Finding } from '../findings.js';
import type { Configuration } from '../read.js';
import { finding, type Checked } from './checked.js';
import { completed } from './completed.js';

/** Whether the run folder is free, or holds a run that can be resumed. */
export async function outputFindings(checked: Checked): Promise<Finding[]> {
  const { text, configuration, disk } = checked;
  const { checkpoint, config } = await disk.run(configuration.output);
  if (!checkpoint || config === null) return [];
  const differences = await differencesToRun(configuration, config);
  if (differences.length === 0) return [];
  const free = freeName(configuration.output);
  return [
    finding(checked, [['output'], ['name']], {
      severity: 'information',
      code: 'another-run',
      message: `the run folder ${written(configuration, configuration.output)} holds another run, which can't be resumed with these settings: ${differences.slice(0, 4).join(', ')}${differences.length > 4 ? ', …' : ''}`,
      fixes: [
        {
          title: `Set output to "${written(configuration, free)}"`,
          edits: text.set(['output'], written(configuration, free)),
        },
      ],
    }),
  ];
}

/** A path as one would write it in the file. */
const written = ({ file }: Configuration, path: string): string => {
  const short = relative(dirname(file), path).replaceAll('\\', '/');
  return short === '' ? '.' : short.startsWith('..') ? path : short;
};

/** The settings in which a run differs from a configuration so that it can't be resumed with it. */
export async function differencesToRun(
  configuration: Configuration,
  run: Configuration['training'],
): Promise<string[]> {
  return fingerprintDifferences(fingerprint(run), (await completed(configuration)) ?? configuration.training);
}

function freeName(path: string): string {
  for (let n = 2; ; n++) if (!existsSync(`${path}-${n}`)) return `${path}-${n}`;
}
