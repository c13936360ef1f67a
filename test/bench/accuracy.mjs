/**
 * Trains the light network here and in PyTorch on the same phantoms, in turns of some steps, and judges both by our own
 * validation as they go: how much wall time each needs for how much accuracy. Batches, initial weights, learning rates,
 * clipping, moving averages and loss are the same; ours computes batches in parts as the recipe says.
 *
 *     node test/bench/accuracy.mjs [--steps 600] [--turn 20] [--every 100] [--phantoms 200] [--threads 2] \
 *       [--parts 2] [--python python3] [--folder FOLDER]
 *
 * The schedule of the recipe (23,500 steps) is squeezed into `--steps`. Needs 3.8 MB of disk a step. Prints one JSON
 * document: seconds, validation loss and accuracy of both after every `--every` steps.
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

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '600' },
    turn: { type: 'string', default: '20' },
    every: { type: 'string', default: '100' },
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

/** Trains both in turns; @returns per contestant, what each of its steps took */
async function race(script, folder) {
  const contestants = {
    ours: start(process.execPath, [script, 'train', folder, values.threads, values.parts]),
    pytorch: start(values.python, [
      fileURLToPath(new URL('peers/accuracy.py', import.meta.url)),
      folder,
      values.threads,
    ]),
  };
  const spent = { ours: [], pytorch: [] };
  const processorSeconds = { ours: 0, pytorch: 0 };
  for (const { answer } of Object.values(contestants)) await answer();
  for (let step = turn; step <= steps; step += turn) {
    for (const [name, { ask }] of Object.entries(contestants)) {
      const { seconds, losses, ...rest } = await ask(`train ${turn}`);
      spent[name].push(...seconds);
      processorSeconds[name] += rest.processorSeconds;
      const mean = (list) => list.reduce((a, b) => a + b) / list.length;
      process.stderr.write(
        `${step} ${name}: ${mean(seconds).toFixed(3)} s a step, loss ${mean(losses).toPrecision(4)}\n`,
      );
      if (step % every === 0) await ask(`save ${name}-${step}`);
    }
  }
  for (const { end } of Object.values(contestants)) await end();
  return { spent, processorSeconds };
}

/** Judges what was saved; @returns results by name */
async function judged(script, folder) {
  const process_ = start(process.execPath, [script, 'judge', folder, values.phantoms]);
  const results = {};
  for (let result = await process_.answer(); result !== null; result = await process_.answer())
    results[result.name.replace(/\.\w+$/, '')] = result;
  return results;
}

const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(share * (list.length - 1))];
const sum = (list) => list.reduce((a, b) => a + b, 0);

const script = await bundled();
const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'accuracy-')));
await mkdir(folder, { recursive: true });
try {
  if (!existsSync(join(folder, 'batches.bin'))) {
    const [status] = await start(process.execPath, [script, 'draw', folder, values.steps]).exited;
    if (status !== 0) throw new Error('drawing failed');
  }
  const { spent, processorSeconds } = await race(script, folder);
  const results = await judged(script, folder);
  const names = Object.keys(spent);
  const at = (name, step) => {
    const { loss, accuracy, identified, medianDistance } = results[`${name}-${step}`];
    return { seconds: sum(spent[name].slice(0, step)), loss, accuracy, identified, medianDistance };
  };
  const table = [];
  for (let step = every; step <= steps; step += every)
    table.push({ step, ...Object.fromEntries(names.map((name) => [name, at(name, step)])) });
  const perStep = (list) => ({
    fastest: quantile(list, 0),
    quarter: quantile(list, 0.25),
    median: quantile(list, 0.5),
  });
  console.log(
    JSON.stringify(
      {
        threads: Number(values.threads),
        parts: Number(values.parts),
        secondsPerStep: Object.fromEntries(names.map((name) => [name, perStep(spent[name])])),
        processorSeconds,
        table,
      },
      null,
      2,
    ),
  );
} finally {
  if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
}
