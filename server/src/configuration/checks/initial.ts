import type { NetworkConfig } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { closeTo } from '../../training/config-issues.js';
import { meaningIn } from '../../training/config.js';
import { continuedMaps, networkMisfits } from '../../training/initial.js';
import type { Finding } from '../findings.js';
import { finding, type Checked } from './checked.js';
import { completed } from './completed.js';
import { networkEdits, shortest } from './network-edits.js';

/** Whether the model a training starts from is there and of the same network. */
export async function initialFindings(checked: Checked): Promise<Finding[]> {
  const { text, configuration, disk } = checked;
  const { initial } = configuration.training;
  if (initial === null) return [];
  const folder = disk.modelFolder(initial);
  if (folder === undefined) {
    const names = await disk.modelNames();
    const meant = closeTo(initial, names);
    return [
      finding(checked, [['initial']], {
        severity: 'error',
        code: 'missing-path',
        message: `\`initial\`: there is neither a model folder nor an installed model ${JSON.stringify(initial)}${names.length > 0 ? `; installed: ${names.join(', ')}` : ''}`,
        fixes:
          meant === null ? [] : [{ title: `Set initial to "${meant}"`, edits: text.set(['initial'], meant) }],
      }),
    ];
  }
  try {
    const { network, channels, name } = await disk.model(folder);
    const other = networkDifferences(checked, name, network);
    if (other.some(({ severity }) => severity === 'error')) return other;
    const complete = await completed(configuration);
    if (complete === null || continuedMaps(channels, meaningIn(complete)) !== null) return other;
    return [
      ...other,
      finding(checked, [['initial']], {
        severity: 'error',
        code: 'initial-misfit',
        message: `\`initial\`: the heat maps of ${name} mean other discs than those trained here`,
      }),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      finding(checked, [['initial']], {
        severity: 'error',
        code: 'initial-misfit',
        message: `\`initial\`: ${error.why} (${folder})`,
      }),
    ];
  }
}

/** The network has to be that of the model a training starts from, but for its maps and its attention. */
function networkDifferences(checked: Checked, name: string, theirs: NetworkConfig): Finding[] {
  const { text, configuration } = checked;
  const ours = configuration.training.network;
  const differing = networkMisfits(theirs, ours);
  const adopt = {
    title: `Use the network of ${name}`,
    edits: text.set(['network'], shortest(theirs)),
  };
  const misfits = differing.map((setting) => {
    const one = {
      title: `Set ${setting} to ${JSON.stringify(theirs[setting])}`,
      edits: networkEdits(checked, { [setting]: theirs[setting] }),
    };
    return finding(checked, [['network', setting], ['network'], ['initial']], {
      severity: 'error',
      code: 'initial-misfit',
      message: `the model \`initial\` names, ${name}, has ${setting} ${JSON.stringify(theirs[setting])}, this network ${JSON.stringify(ours[setting])}`,
      fixes: differing.length > 1 ? [adopt, one] : [one, adopt],
    });
  });
  return ours.attention === theirs.attention ? misfits : [...misfits, otherAttention(checked, name, theirs)];
}

/** Allowed, but seldom meant. */
function otherAttention(checked: Checked, name: string, { attention }: NetworkConfig): Finding {
  return finding(checked, [['network', 'attention'], ['network'], ['initial']], {
    severity: 'information',
    code: 'initial-attention',
    message: attention
      ? `the model \`initial\` names, ${name}, is one with attention, which is left out`
      : `the model \`initial\` names, ${name}, is one without attention, which starts anew`,
    fixes: [
      { title: `Turn attention ${attention ? 'on' : 'off'}`, edits: networkEdits(checked, { attention }) },
    ],
  });
}
