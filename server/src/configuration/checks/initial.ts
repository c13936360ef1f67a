import type { NetworkConfig } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { closeTo } from '../../training/config-issues.js';
import { meaningIn } from '../../training/config.js';
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
    if (other.length > 0) return other;
    const complete = await completed(configuration);
    if (complete === null || channels.values.join() === meaningIn(complete).values.join()) return [];
    return [
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

/** The network has to be that of the model a training starts from. */
function networkDifferences(checked: Checked, name: string, theirs: NetworkConfig): Finding[] {
  const { text, configuration } = checked;
  const ours = configuration.training.network;
  const settings = Object.keys(ours) as (keyof NetworkConfig)[];
  const differing = settings.filter((setting) => ours[setting] !== theirs[setting]);
  const adopt = {
    title: `Use the network of ${name}`,
    edits: text.set(['network'], shortest(theirs)),
  };
  return differing.map((setting) => {
    const without = setting === 'attention' && !theirs.attention;
    const message = without
      ? `the model \`initial\` names, ${name}, is one without attention`
      : setting === 'attention'
        ? `the model \`initial\` names, ${name}, is one with attention`
        : `the model \`initial\` names, ${name}, has ${setting} ${JSON.stringify(theirs[setting])}, this network ${JSON.stringify(ours[setting])}`;
    const title =
      setting === 'attention'
        ? `Turn attention ${theirs.attention ? 'on' : 'off'}`
        : `Set ${setting} to ${JSON.stringify(theirs[setting])}`;
    const one = { title, edits: networkEdits(checked, { [setting]: theirs[setting] }) };
    return finding(checked, [['network', setting], ['network'], ['initial']], {
      severity: 'error',
      code: 'initial-misfit',
      message,
      fixes: differing.length > 1 ? [adopt, one] : [one, adopt],
    });
  });
}
