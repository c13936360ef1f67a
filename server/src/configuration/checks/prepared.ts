import { UserError } from '@disc-labeling/models/errors';
import { existsSync } from 'node:fs';
import type { PreparedSet } from '../../dataset/samples.js';
import { networkMisfit } from '../../training/prepared-config.js';
import type { Finding } from '../findings.js';
import { finding, type Checked } from './checked.js';
import { networkEdits } from './network-edits.js';

/** Whether the prepared set is there, has enough samples, fits the network and was prepared as the file says. */
export async function preparedFindings(checked: Checked): Promise<Finding[]> {
  const { configuration, disk } = checked;
  const { data } = configuration.training;
  if (data.source !== 'prepared') return [];
  const ownSet = configuration.dataset?.prepared === data.path;
  // Where there is a dataset, *Prepare* will make it.
  if (ownSet && typeof configuration.dataset?.source === 'string' && !disk.isPrepared(data.path)) return [];
  try {
    const set = await disk.preparedSet(data.path);
    return [
      ...splitFindings(checked, set),
      ...batchFindings(checked, set),
      ...misfitFindings(checked, set),
      ...(ownSet ? staleFindings(checked, set) : []),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const why = existsSync(data.path) ? error.why : 'there is no such folder';
    return [
      finding(checked, [['data', 'path'], ['dataset', 'prepared'], ['dataset']], {
        severity: 'error',
        code: 'missing-path',
        message: `prepared set: ${why} (${data.path})`,
      }),
    ];
  }
}

const count = (set: PreparedSet, wanted: string): number =>
  set.samples.filter(({ split }) => split === wanted).length;

const setPaths = [['data', 'path'], ['dataset', 'prepared'], ['dataset', 'source'], ['dataset'], ['data']];

function splitFindings(checked: Checked, set: PreparedSet): Finding[] {
  return (['training', 'validation'] as const)
    .filter((split) => count(set, split) === 0)
    .map((split) =>
      finding(checked, setPaths, {
        severity: 'error',
        code: 'no-samples',
        message: `the prepared set has no ${split} samples; prepare it ${split === 'training' ? 'for training' : 'of more subjects'}`,
      }),
    );
}

function batchFindings(checked: Checked, set: PreparedSet): Finding[] {
  const { text, configuration } = checked;
  const batches = [
    ['trainBatch', 'training'],
    ['valBatch', 'validation'],
  ] as const;
  return batches.flatMap(([setting, split]) => {
    const path = ['training', setting];
    const samples = count(set, split);
    const batch = configuration.training.training[setting];
    // A default for validation that is too large does no harm.
    if (samples === 0 || batch <= samples || (setting === 'valBatch' && !text.has(path))) return [];
    return finding(checked, [path, ['training']], {
      severity: 'warning',
      code: 'batch-too-large',
      message: `\`${path.join('.')}\`: ${batch} images per step are more than the ${samples} ${split} samples of the prepared set`,
      fixes: [{ title: `Set ${setting} to ${samples}`, edits: text.set(path, samples) }],
    });
  });
}

function misfitFindings(checked: Checked, set: PreparedSet): Finding[] {
  const { text, configuration } = checked;
  const { network } = configuration.training;
  const misfit = networkMisfit(network, set);
  if (misfit === null) return [];
  const { why, setting, joints } = misfit;
  const fixes =
    joints === undefined
      ? [{ title: 'Use the reference network', edits: text.set(['network'], 'reference') }]
      : [{ title: `Set joints to ${joints}`, edits: networkEdits(checked, { joints }) }];
  return [
    finding(checked, [['network', setting], ['network'], ...setPaths], {
      severity: 'error',
      code: 'network-misfit',
      message: why,
      fixes,
    }),
  ];
}

/** Settings of `dataset` that the set was prepared without. */
function staleFindings(checked: Checked, set: PreparedSet): Finding[] {
  const dataset = checked.configuration.dataset!;
  return (['preparation', 'contrast', 'seed'] as const)
    .filter((setting) => set[setting] !== dataset[setting])
    .map((setting) =>
      finding(
        checked,
        [['dataset', setting], ...(setting === 'contrast' ? [['contrast']] : []), ...setPaths],
        {
          severity: 'warning',
          code: 'prepared-otherwise',
          message: `the set was prepared with ${setting} ${JSON.stringify(set[setting])}, not ${JSON.stringify(dataset[setting])}; prepare it again`,
        },
      ),
    );
}
