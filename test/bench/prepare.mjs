/**
 * Times the preparation of a synthetic dataset here and as the reference does it, re-made with NumPy, in turns on
 * the same files; peak memory of each process.
 *
 *     node test/bench/prepare.mjs [--subjects 40] [--many 400] [--runs 3] [--threads 2] [--python python3]
 *
 * Python needs nibabel and numpy. The many subjects are the first ones under further names
 * (links), so that only memory and time per subject are to be read off them. Prints one JSON document.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { backend } from '../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    subjects: { type: 'string', default: '40' },
    many: { type: 'string', default: '400' },
    runs: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string', default: process.env.DISC_PYTHON ?? 'python3' },
  },
});
const [subjects, many, runs] = [values.subjects, values.many, values.runs].map(Number);
const folder = `${root}out/bench/prepare`;

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** The gathered phantoms, made once. */
function dataset() {
  const gathered = `${folder}/gathered-${subjects}`;
  if (existsSync(`${gathered}/participants.tsv`)) return gathered;
  const cli = `${root}dist/cli.mjs`;
  run(process.execPath, [cli, 'dataset', 'synthesize', `${folder}/phantoms`, '--subjects', String(subjects)]);
  run(process.execPath, [cli, 'dataset', 'create', `${folder}/phantoms`, gathered]);
  rmSync(`${folder}/phantoms`, { recursive: true });
  return gathered;
}

/** The same files under more names. */
function multiplied(gathered) {
  const target = `${folder}/multiplied-${many}`;
  rmSync(target, { recursive: true, force: true });
  const names = readdirSync(gathered).filter((name) => name.startsWith('sub-'));
  for (let n = 0; n < many; n++) {
    const from = names[n % names.length];
    const to = `sub-m${String(n).padStart(5, '0')}`;
    mkdirSync(`${target}/${to}`, { recursive: true });
    for (const file of readdirSync(`${gathered}/${from}`))
      linkSync(`${gathered}/${from}/${file}`, `${target}/${to}/${file.replace(from, to)}`);
  }
  return target;
}

const driver = `${folder}/prepare.mjs`;
await build({
  entryPoints: {
    prepare: fileURLToPath(new URL('prepare.ts', import.meta.url)),
    'prepare-worker': `${root}server/src/dataset/prepare/worker.ts`,
  },
  outdir: folder,
  ...backend,
  bundle: true,
  logLevel: 'error',
});
const peer = fileURLToPath(new URL('peers/prepare.py', import.meta.url));
const scratch = `${folder}/scratch`;

const ours = (preparation, heatMaps) => (data) =>
  JSON.parse(run(process.execPath, [driver, data, scratch, preparation, heatMaps, values.threads]));
const theirs = (heatMaps) => (data) =>
  JSON.parse(run(values.python, [peer, data, scratch, '--heatmaps', heatMaps]));

const contestants = {
  'own preparation': ours('own', 'none'),
  'reference preparation': ours('reference', 'heatmaps'),
  'NumPy as the reference does it, Gaussians pixel by pixel': theirs('loop'),
  'NumPy, Gaussians vectorised': theirs('vectorised'),
  'NumPy, slices alone': theirs('none'),
};

function turn(contestant, data) {
  rmSync(scratch, { recursive: true, force: true });
  return contestant(data);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const data = dataset();
const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let n = 0; n < runs; n++)
  for (const [name, contestant] of Object.entries(contestants)) results[name].push(turn(contestant, data));
const summary = Object.entries(results).map(([name, turns]) => ({
  name,
  images: turns[0].images,
  seconds: median(turns.map(({ seconds }) => seconds)),
  peakMemory: Math.max(...turns.map(({ peakMemory }) => peakMemory)),
}));
const large = multiplied(data);
const withMany = ['own preparation', 'NumPy, slices alone'].map((name) => ({
  name,
  ...turn(contestants[name], large),
}));
rmSync(scratch, { recursive: true, force: true });
rmSync(large, { recursive: true, force: true });
console.log(
  JSON.stringify({ subjects, runs, threads: Number(values.threads), summary, many, withMany }, null, 2),
);
