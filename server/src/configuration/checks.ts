/** What is wrong with a configuration that only a look at the disk can tell. */
import type { NetworkConfig } from '@disc-labeling/models/config';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { existsSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { closeTo } from '../training/config-issues.js';
import { meaningIn } from '../training/config.js';
import { fingerprint, fingerprintDifferences } from '../training/fingerprint.js';
import { completeConfig, networkMisfit } from '../training/prepared-config.js';
import type { PreparedSet } from '../dataset/samples.js';
import type { Disk } from './disk.js';
import type { Finding, Fix } from './findings.js';
import type { Configuration } from './read.js';
import type { ConfigurationText } from './text.js';

interface Checked {
  readonly text: ConfigurationText;
  readonly configuration: Configuration;
  readonly disk: Disk;
}

type Check = (checked: Checked) => Promise<Finding[]>;

/** Findings in the order of the checks. */
export async function diskFindings(checked: Checked): Promise<Finding[]> {
  const checks: Check[] = [datasetFindings, preparedFindings, initialFindings, outputFindings];
  return (await Promise.all(checks.map((check) => check(checked)))).flat();
}

/** A finding at the value of the first of these settings that is there. */
function finding(
  { text }: Checked,
  paths: readonly (readonly string[])[],
  about: Omit<Finding, 'start' | 'end' | 'fixes'> & { readonly fixes?: readonly Fix[] },
): Finding {
  const path = paths.find((one) => text.has(one)) ?? paths[0]!;
  return { ...text.valuePlace(path), fixes: [], ...about };
}

/** A path as one would write it in the file. */
const written = ({ file }: Configuration, path: string): string => {
  const short = relative(dirname(file), path).replaceAll('\\', '/');
  return short === '' ? '.' : short.startsWith('..') ? path : short;
};

async function datasetFindings(checked: Checked): Promise<Finding[]> {
  const { text, configuration, disk } = checked;
  const { dataset } = configuration;
  if (dataset === null || dataset.source === null) return [];
  const { problem, labelled, images } = await disk.dataset(dataset.source);
  if (problem !== null)
    return [
      finding(checked, [['dataset', 'source']], {
        // What is prepared already can be trained on without it.
        severity: disk.isPrepared(dataset.prepared) ? 'warning' : 'error',
        code: 'missing-path',
        message: `\`dataset.source\`: ${problem} (${dataset.source})`,
      }),
    ];
  const wanted = dataset.contrast === 'both' ? ['T1w', 'T2w'] : [dataset.contrast];
  const absent = wanted.filter((contrast) => !labelled.has(contrast));
  const asked = text.has(['dataset', 'contrast']);
  // `both` that nobody asked for is content with one.
  if (absent.length === 0 || (absent.length < wanted.length && !asked)) return [];
  const there = [...labelled.keys()].filter((name) => !name.includes('_'));
  const unlabelled = absent.filter((contrast) => images.has(contrast));
  const why =
    unlabelled.length === absent.length
      ? `the dataset has ${absent.join(' and ')} images, but none with disc labels`
      : `the dataset has no ${absent.join(' and no ')} images with disc labels`;
  const paths = [['dataset', 'contrast'], ['contrast'], ['dataset', 'source']];
  const fixes = there.map((contrast) => ({
    title: `Use contrast ${contrast}, which is there`,
    edits: contrastEdits(checked, contrast),
  }));
  return [
    finding(checked, paths, {
      severity: absent.length < wanted.length ? 'warning' : 'error',
      code: 'no-such-contrast',
      message: `${why}${there.length > 0 ? `; there are ${there.join(', ')}` : ''}`,
      fixes,
    }),
  ];
}

/** Where the contrast was named it is changed; the model's own only to what a model can be for. */
function contrastEdits({ text }: Checked, contrast: string) {
  const modelContrast = contrast === 'T1w' || contrast === 'T2w';
  return text.has(['dataset', 'contrast']) || !text.has(['contrast']) || !modelContrast
    ? text.set(['dataset', 'contrast'], contrast)
    : text.set(['contrast'], contrast);
}

async function preparedFindings(checked: Checked): Promise<Finding[]> {
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

async function initialFindings(checked: Checked): Promise<Finding[]> {
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

/** Changes settings of the network; a preset is spelt out for that. */
function networkEdits({ text, configuration }: Checked, changes: Partial<NetworkConfig>) {
  const [only, ...more] = Object.entries(changes);
  if (more.length === 0 && text.has(['network', only![0]])) return text.set(['network', only![0]], only![1]);
  return text.set(['network'], shortest({ ...configuration.training.network, ...changes }));
}

/** A network by its preset's name where it is one. */
function shortest(network: NetworkConfig): NetworkConfig | string {
  if (isDeepStrictEqual(network, referenceNetwork())) return 'reference';
  return isDeepStrictEqual(network, lightNetwork()) ? 'light' : network;
}

/** With what only the prepared set can tell; null where there is no such set, or it doesn't fit. */
const completed = ({ training }: Configuration) =>
  completeConfig(training).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });

async function outputFindings(checked: Checked): Promise<Finding[]> {
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

/** The settings in which a run differs from a configuration so that it can't be resumed with it. */
export async function differencesToRun(
  configuration: Configuration,
  run: Configuration['training'],
): Promise<string[]> {
  const complete = (await completed(configuration)) ?? configuration.training;
  // Without its set it can't be told whether it is the same.
  const unknown = complete.data.source === 'prepared' && complete.data.contents === undefined;
  return fingerprintDifferences(fingerprint(run), complete)
    .filter((difference) => !(unknown && difference.startsWith('data.digest')))
    .map((difference) => (difference.startsWith('data.digest') ? 'the prepared set is another' : difference));
}

function freeName(path: string): string {
  for (let n = 2; ; n++) if (!existsSync(`${path}-${n}`)) return `${path}-${n}`;
}
