/**
 * Writes what can be looked up of configurations and commands from the code itself: docs/configuration.md (the schema
 * of `disc-labeling.json`) and docs/commands.md (the command line and the manifest's commands).
 */
import { build } from 'esbuild';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { backend } from './bundles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const cell = (text) => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
const code = (value) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** A page as it stands in the folder. */
const page = async (...parts) =>
  format(parts.flat().join('\n\n'), { ...(await resolveConfig(join(root, 'docs'))), parser: 'markdown' });

const example = {
  formatVersion: 1,
  name: 'my-spine',
  contrast: 'any',
  network: 'light',
  dataset: { source: 'data/my-bids-dataset', prepared: 'prepared', test: 'prepared-test' },
  training: {
    epochs: 60,
    trainBatch: 8,
    optimizer: 'adam',
    lr: 1e-3,
    warmup: 200,
    schedule: { kind: 'cosine' },
    clip: 5,
    ema: 0.995,
    loss: { kind: 'weighted' },
  },
  output: 'runs/my-spine',
};

/** Values a key may have, as far as they can be counted or bounded in a few words. */
function allowed(schema) {
  const { type, minimum, maximum, exclusiveMinimum, multipleOf } = schema;
  if ('const' in schema) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) {
    const kinds = branches.map((branch) => branch.properties?.kind ?? branch.properties?.source);
    return branches
      .map((branch, n) => (kinds[n] ? `${code(JSON.stringify(kinds[n].const))} …` : allowed(branch)))
      .join(' or ');
  }
  if (type === 'null') return code('null');
  if (type === 'object') return 'object';
  if (type === 'array') return 'list of whole numbers';
  if (type === 'boolean') return '`true`, `false`';
  if (type !== 'integer' && type !== 'number') return 'text';
  const least =
    exclusiveMinimum !== undefined ? (type === 'integer' ? exclusiveMinimum + 1 : exclusiveMinimum) : minimum;
  const above = exclusiveMinimum !== undefined && type === 'number';
  const most = maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const range =
    least === undefined
      ? ''
      : most === undefined
        ? above
          ? ` above ${least}`
          : ` from ${least}`
        : ` ${above ? 'above ' : ''}${least} to ${most}`;
  return `${type === 'integer' ? 'whole number' : 'number'}${range}${multipleOf ? `, a multiple of ${multipleOf}` : ''}`;
}

/** Defaults that depend on other keys. */
const otherDefaults = {
  output: '`runs/<name>`',
  data: 'see there',
  'training.stepsPerEpoch': '250; 0 with a prepared set',
  'data.path': '`dataset.prepared`',
  'dataset.contrast': "the model's",
};

/** A table of the keys of an object, and one of each object within. */
function keys({ properties, required = [] }, path, depth = 3) {
  const within = path === '' ? '' : `${path}.`;
  const shown = Object.entries(properties).filter(([, schema]) => !schema.doNotSuggest);
  const rows = shown.map(([key, schema]) => {
    const own = 'const' in schema || required.includes(key) ? 'required' : '';
    const usual = schema.default === undefined || isDeep(schema.default) ? undefined : code(schema.default);
    return [
      code(key),
      allowed(schema),
      otherDefaults[within + key] ?? usual ?? own,
      schema.description ?? '',
    ];
  });
  const inner = shown.flatMap(([key, schema]) => objectsOf(schema, within + key, depth));
  return [table(['key', 'values', 'default', 'meaning'], rows), ...inner];
}

const isDeep = (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function objectsOf(schema, path, depth) {
  if (path === 'data') return unionOf(schema, path, 'source', depth);
  if (schema.oneOf) return unionOf(schema, path, 'kind', depth);
  const object = schema.properties ? schema : schema.anyOf?.find(({ properties }) => properties);
  if (!object) return [];
  return [`${'#'.repeat(depth)} \`${path}\``, ...keys(object, path, depth + 1)];
}

const unionOf = (schema, path, tag, depth) =>
  schema.oneOf.flatMap((branch) => {
    const { [tag]: which, ...properties } = branch.properties;
    const heading = `${'#'.repeat(depth)} \`${path}\` with \`"${tag}": ${JSON.stringify(which.const)}\``;
    if (Object.keys(properties).length === 0) return [heading, 'Has no further keys.'];
    const { augment, ...others } = properties;
    const told = which.description ? [which.description] : [];
    return [
      heading,
      ...told,
      ...keys(
        {
          ...branch,
          properties: augment
            ? { ...others, augment: { ...augment, anyOf: [{ type: 'boolean' }, { type: 'object' }] } }
            : others,
        },
        path,
        depth + 1,
      ),
    ];
  });

/** Kinds of augmentation, with what our own preparation is trained with. */
function augmentation(schema, usual) {
  const kinds = schema.properties.data.oneOf
    .find(({ properties }) => properties.augment)
    .properties.augment.anyOf.find(({ properties }) => properties).properties;
  return table(
    ['kind', 'with `"preparation": "own"`', 'meaning'],
    Object.entries(kinds).map(([kind, { description }]) => [code(kind), code(usual[kind]), description]),
  );
}

/**
 * docs/configuration.md.
 * @param schema    everything a configuration may hold, as a JSON schema
 * @param augmented the augmentation of our own preparation
 */
export const configurationPage = (schema, augmented) =>
  page(
    '<!-- Written by scripts/docs.mjs from the schema. -->',
    '# Configurations',
    'What is to be trained on what stands in a `disc-labeling.json` (or `<any name>.disc-labeling.json`) of the workspace. **New Configuration…** writes one. It holds only what differs from the defaults, which are the published settings of the reference network. JSON with comments and trailing commas; every path is relative to the file. The editor completes keys, explains them on hover, marks what is wrong with a remedy, and puts *Prepare · Train · Resume · Evaluate · Test* above the file. The command line takes the same file: `disc-labeling train disc-labeling.json`.',
    '## An example',
    `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``,
    'The light network on a BIDS dataset of your own: *Prepare* writes `prepared` and `prepared-test`, *Train* the run `runs/my-spine`, *Evaluate* looks at the validation samples, *Test* at those of `prepared-test`. Without `dataset` and `data` a network is trained on synthetic spines, which needs no data.',
    '## Keys',
    ...keys(schema, ''),
    '### `data.augment`',
    '`true`, `false`, or an object that names the kinds to change: `false` leaves a kind out, an object changes its settings (those that are not named stay). `probability` is how often a kind is done; two numbers are the range it is drawn from. With `"preparation": "reference"` only `flip` is done, half of the time.',
    augmentation(schema, augmented),
  );

/** The example of {@link configurationPage}. */
export { example as exampleConfiguration };

const general = [
  'Results go to standard output, progress and notes to standard error. A file is written beside its name and renamed, so that nobody meets half a one.',
  table(
    ['exit status', 'meaning'],
    [
      ['0', 'done'],
      ['1', 'failed; standard error says why and what to do in one line: `error: <what> (<file>): <why>`'],
      ['2', 'wrong usage'],
      ['130', 'cancelled (Ctrl-C, SIGTERM); whole files only are left'],
    ],
  ),
];

const optionRows = (options) =>
  options
    .filter(({ hidden }) => !hidden)
    .map(({ flags, description, defaultValue, defaultValueDescription, argChoices, negate }) => [
      code(flags),
      argChoices ? `${description}: ${argChoices.map(code).join(', ')}` : description,
      negate || defaultValue === undefined
        ? ''
        : code(
            defaultValueDescription ?? (Array.isArray(defaultValue) ? defaultValue.join(' ') : defaultValue),
          ),
    ]);

/** The commands that do something, groups left out, under their whole names. */
function leaves(command, name = '') {
  return command.commands.flatMap((child) => {
    const whole = `${name}${child.name()}`;
    return child.commands.length > 0 ? leaves(child, `${whole} `) : [[whole, child]];
  });
}

function commandSection([name, command]) {
  const words = command.registeredArguments.map((argument) => {
    const inner = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${inner}>` : `[${inner}]`;
  });
  const text = command.description();
  const described = command.registeredArguments.filter(({ description }) => description);
  return [
    `### \`${[name, ...words].join(' ')}\``,
    `${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    ...(described.length > 0
      ? [described.map((argument) => `- \`${argument.name()}\`: ${argument.description}`).join('\n')]
      : []),
    ...(command.options.length > 0
      ? [table(['option', 'meaning', 'default'], optionRows(command.options))]
      : []),
  ];
}

/** What each command of the palette does. */
const palette = {
  openWithViewer: 'Opens a NIfTI volume in the disc viewer.',
  labelAgain: 'Labels the volume anew.',
  cancelLabelling: 'Ends the labelling under way.',
  chooseModel: 'Labels the volume with another model.',
  setLevel: 'Asks which disc one is, where names are a level or more off; the others are counted from it.',
  correctDiscs:
    'Takes discs in hand: dragging moves a point, a click adds a disc, Delete removes the selected one; can be undone.',
  saveLabels: 'Writes the label volume and its sidecar beside the image; asks before labels are replaced.',
  toggleAttention: 'Shows or hides the attention map.',
  toggleHeatMap: 'Shows or hides the heat map of the discs.',
  takeTruth:
    "Takes a rater's labels, saved beside the volume, in the place of the model's, to go on from them.",
  toggleTruth: "Shows or hides a rater's labels, where there are any.",
  toggleMultiplanar: 'Switches between the sagittal slice and three planes.',
  showAttention: 'Draws input, labelled discs and attention of a volume or sample side by side.',
  labelFolder: 'Labels every volume of a folder, into `derivatives/labels` or beside the volumes.',
  openDemo: 'Draws a small synthetic dataset and opens a volume of it.',
  createDataset: 'Gathers images and disc labels of a BIDS dataset.',
  prepare: 'Makes the samples for training and testing, of a dataset or as a configuration says.',
  synthesizeDataset: 'Draws a BIDS dataset of synthetic spines with disc labels.',
  openGallery: 'Shows the samples of a prepared set or the images of a dataset with their discs.',
  newConfiguration: 'Asks what is to be trained on what and writes a `disc-labeling.json`.',
  train: 'Trains as a configuration says, on a prepared set, or on synthetic spines.',
  resume: 'Goes on with a training that was stopped or interrupted.',
  stopTraining: 'Stops a training at a checkpoint.',
  openRun: 'Opens the dashboard of a run: curves, pictures, figures.',
  animate: 'Makes an animation of the validation pictures of a run.',
  evaluate: 'Validates a model on the held-out samples of a prepared set.',
  test: 'Tests a model on a prepared set and writes a report.',
  compareModels: 'Compares two reports, or tests two models on one set first.',
  measureOnPhantoms:
    'Measures a model on synthetic spines it never saw, or how it fares as pictures get worse.',
  calibrate: 'Fits the scores of a model of your own to how often its discs are right.',
  averageModels: 'Makes one model of several that were trained from one another: their mean.',
  openReport: 'Opens the report of a test.',
  importWeights: 'Makes a model of a PyTorch checkpoint or a safetensors file.',
  installModel: "Copies a run's best among your own models.",
  exportModel: 'Writes a model as ONNX or safetensors.',
  deleteModel: 'Deletes one of your own models, into the trash where there is one.',
  makeDefaultModel: 'Makes a model the one used when none is chosen.',
  revealModelCard: 'Shows what a model is, what it was trained on and how good it is.',
  showEngines: 'Lists what networks can run on here and makes one the setting.',
  showLog: "Shows the extension's log.",
  restartBackend: 'Starts the backend anew.',
  openWalkthrough: 'Opens the walkthrough to a model of your own.',
};

const places = {
  'editor/title': () => 'viewer',
  'explorer/context': () => 'explorer',
  'view/title': ({ when }) => when.match(/view == discLabeling\.(\w+)/)[1],
  'view/item/context': ({ when }) => when.match(/view == discLabeling\.(\w+)/)[1],
};

function paletteTable({ contributes: { commands, menus } }, strings) {
  const hidden = menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command);
  const inOrder = Object.keys(palette);
  return table(
    ['command', 'does', 'also in'],
    commands
      .filter(({ command }) => !hidden.includes(command))
      .map((entry) => ({ ...entry, name: entry.command.replace('discLabeling.', '') }))
      .sort((a, b) => inOrder.indexOf(a.name) - inOrder.indexOf(b.name))
      .map(({ command, name, title }) => {
        if (!palette[name]) throw new Error(`scripts/docs.mjs does not say what ${command} does`);
        const where = Object.entries(places).flatMap(([menu, place]) =>
          menus[menu].filter((item) => item.command === command).map(place),
        );
        return [`**${strings[title.slice(1, -1)]}**`, palette[name], [...new Set(where)].join(', ')];
      }),
  );
}

/**
 * docs/commands.md.
 * @param program  the command line
 * @param manifest package.json
 * @param strings  package.nls.json
 */
export const commandsPage = (program, manifest, strings) =>
  page(
    '<!-- Written by scripts/docs.mjs from the command line and the manifest. -->',
    '# Commands',
    'The command line and the editor lead to the same services.',
    '## Command line',
    '`npx disc-labeling <command>` in a checkout after `npm ci && npm run build`. `<model>` is the name of an installed model, a model folder, or a run folder (its best).',
    ...general,
    'Every command understands:',
    table(['option', 'meaning', 'default'], optionRows(program.options)),
    ...leaves(program).flatMap(commandSection),
    '## Command palette',
    'All begin with *Disc Labeling:*. Those of a volume need its viewer to be the active editor.',
    paletteTable(manifest, strings),
  );

async function write() {
  const outfile = join(root, 'node_modules', '.cache', `docs-${process.pid}.mjs`);
  try {
    await build({
      ...backend,
      bundle: true,
      absWorkingDir: root,
      stdin: {
        contents: [
          "export { strictSchema } from './server/src/configuration/json-schema.ts';",
          "export { ownAugmentation } from './server/src/dataset/augment/settings.ts';",
          "export { buildProgram } from './server/src/cli/program.ts';",
        ].join('\n'),
        resolveDir: root,
      },
      outExtension: undefined,
      outfile,
      logLevel: 'warning',
    });
    const { strictSchema, ownAugmentation, buildProgram } = await import(pathToFileURL(outfile).href);
    const json = async (name) => JSON.parse(await readFile(join(root, name), 'utf8'));
    const program = buildProgram(new AbortController().signal);
    const commands = await commandsPage(program, await json('package.json'), await json('package.nls.json'));
    await writeFile(
      join(root, 'docs', 'configuration.md'),
      await configurationPage(strictSchema(), ownAugmentation),
    );
    await writeFile(join(root, 'docs', 'commands.md'), commands);
  } finally {
    await rm(outfile, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await write();
