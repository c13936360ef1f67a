/**
 * Trains the light network here and in PyTorch on the same phantoms, in turns of some steps, and judges both by our own
 * validation as they go: how much wall time each needs for how much accuracy. Batches, initial weights, learning rates,
 * clipping, moving averages and loss are the same; ours computes batches in parts as the recipe says.
 *
 *     node test/bench/accuracy.mjs [--steps 600] [--turn 5] [--every 50] [--minutes 60] [--phantoms 200] \
 *       [--threads 2] [--parts 2] [--python python3] [--folder FOLDER]
 *
 * The schedule of the recipe (23,500 steps) is squeezed into `--steps`, of which as many are done as `--minutes` allow.
 * Needs 3.8 MB of disk a step. Prints one JSON document: seconds, validation loss and accuracy of both after every
 * `--every` steps, and seconds a step, of all turns and of those in which others used less than a tenth of the machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { backend } from '../../scripts/bundles.mjs';
import { quietShare, spread, watchOthers } from './quiet.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '600' },
    turn: { type: 'string', default: '5' },
    every: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '60' },
    phantoms: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    parts: { type: 'string', default: '2' },
    python: { type: 'string', default: process.env.DISC_PYTHON ?? 'python3' },
    folder: { type: 'string' },
  },
});
const [steps, turn, every] = [values.steps, values.turn, values.every].map(Number);

/** Our side as a program; @returns its path */
async function bundled() {
  const outdir = `${root}out/bench`;
  await mkdir(outdir, { recursive: true });
  const entryPoints = {
    accuracy: fileURLToPath(new URL('accuracy.ts', import.meta.url)),
    'part-worker': `${root}models/src/parts/worker.ts`,
    'phantom-worker': `${root}server/src/dataset/phantom/worker.ts`,
  };
  await build({ ...backend, entryPoints, outdir, bundle: true, logLevel: 'error' });
  return `${outdir}/accuracy.mjs`;
}

/** A process and its answers, one JSON line each. */
function start(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    return done ? null : JSON.parse(value);
  };
  const ask = async (question) => {
    child.stdin.write(`${question}\n`);
    const answered = await answer();
    if (answered === null) throw new Error(`${command} ended early`);
    return answered;
  };
  const end = async () => {
    child.stdin.end('\n');
    if (child.exitCode === null) await once(child, 'exit');
  };
  return { answer, ask, end, exited: once(child, 'exit') };
}

/** Trains both in turns; @returns per contestant, its turns */
async function race(script, folder) {
  const contestants = {
    ours: start(process.execPath, [script, 'train', folder, values.threads, values.parts]),
    pytorch: start(values.python, [
      fileURLToPath(new URL('peers/accuracy.py', import.meta.url)),
      folder,
      values.threads,
    ]),
  };
  const turns = { ours: [], pytorch: [] };
  for (const { answer } of Object.values(contestants)) await answer();
  const until = performance.now() + 60_000 * Number(values.minutes);
  for (let step = turn; step <= steps && performance.now() < until; step += turn) {
    for (const [name, { ask }] of Object.entries(contestants)) {
      const others = watchOthers();
      const { seconds, processorSeconds, losses } = await ask(`train ${turn}`);
      const share = others(processorSeconds);
      turns[name].push({ seconds: sum(seconds), processorSeconds, others: share });
      process.stderr.write(
        `${step} ${name}: ${(sum(seconds) / turn).toFixed(3)} s a step (others ${Math.round(100 * share)} %), loss ${(sum(losses) / turn).toPrecision(4)}\n`,
      );
      if (step % every === 0) await ask(`save ${name}-${step}`);
    }
  }
  for (const { end } of Object.values(contestants)) await end();
  return turns;
}

/** Judges what was saved; @returns results by name */
async function judged(script, folder) {
  const process_ = start(process.execPath, [script, 'judge', folder, values.phantoms]);
  const results = {};
  for (let result = await process_.answer(); result !== null; result = await process_.answer())
    results[result.name.replace(/\.\w+$/, '')] = result;
  return results;
}

const sum = (list) => list.reduce((a, b) => a + b, 0);

const script = await bundled();
const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'accuracy-')));
await mkdir(folder, { recursive: true });
try {
  if (!existsSync(join(folder, 'batches.bin'))) {
    const [status] = await start(process.execPath, [script, 'draw', folder, values.steps]).exited;
    if (status !== 0) throw new Error('drawing failed');
  }
  const turns = await race(script, folder);
  const results = await judged(script, folder);
  const at = (name, step) => {
    const { loss, accuracy, identified, medianDistance } = results[`${name}-${step}`];
    const seconds = sum(turns[name].slice(0, step / turn).map((t) => t.seconds));
    return { seconds, loss, accuracy, identified, medianDistance };
  };
  const table = [];
  for (let step = every; step <= turn * turns.pytorch.length; step += every)
    table.push({ step, ours: at('ours', step), pytorch: at('pytorch', step) });
  const perStep = (list) => spread(list.map(({ seconds }) => seconds / turn));
  const paces = Object.entries(turns).map(([name, list]) => {
    const quiet = list.filter(({ others }) => others < quietShare);
    const processors = sum(list.map(({ processorSeconds }) => processorSeconds)) / (turn * list.length);
    const quietSteps = turn * quiet.length;
    return [name, { all: perStep(list), quiet: perStep(quiet), quietSteps, processors }];
  });
  const { threads, parts } = values;
  const secondsPerStep = Object.fromEntries(paces);
  console.log(JSON.stringify({ threads, parts, secondsPerStep, table }, null, 2));
} finally {
  if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
}
