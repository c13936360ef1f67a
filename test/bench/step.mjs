/**
 * Times whole training steps (forward, loss, gradients, clipping, optimiser, running statistics) here and in
 * PyTorch, in turns within one run, each in a process of its own, so that whatever else the machine does slows
 * down both.
 *
 *     node test/bench/step.mjs [--network reference|light] [--batch 3] [--parts 1] [--threads 2] [--runs 20] \
 *       [--python python3]
 *
 * Without --network: the reference network with batches of 1 and 3, and the light one with batches of 8, in as many
 * parts as its recipe says. Prints one JSON document: both results in seconds, wall-clock (of all runs, and of those in
 * which others used less than a tenth of the machine) and of all processors, how many times faster ours is, and how
 * many times more memory PyTorch takes. Where other work runs, quiet runs tell most; PyTorch's threads wait for each
 * other by spinning, which suffers from company.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { backend } from '../../scripts/bundles.mjs';
import { quietShare, spread, watchOthers } from './quiet.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    network: { type: 'string' },
    batch: { type: 'string', default: '3' },
    parts: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '20' },
    python: { type: 'string', default: process.env.DISC_PYTHON ?? 'python3' },
  },
});
const runs = Number(values.runs);
/** Steps before the clock counts: memory is taken and caches are filled in them. */
const warmUps = 2;

/** Our step as a program; @returns its path */
async function bundled() {
  const outdir = `${root}out/bench`;
  await mkdir(outdir, { recursive: true });
  const entryPoints = {
    step: fileURLToPath(new URL('step.ts', import.meta.url)),
    'part-worker': `${root}models/src/parts/worker.ts`,
  };
  await build({ ...backend, entryPoints, outdir, bundle: true, logLevel: 'error' });
  return `${outdir}/step.mjs`;
}

/** A process that does one step for each line it gets. */
async function start(command, script, { network, batch }, more = []) {
  const options = ['--network', network, '--batch', `${batch}`, '--threads', values.threads];
  const child = spawn(command, [script, ...options, ...more], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${script} ended early (the peer needs PyTorch: pip install torch)`);
    return JSON.parse(value);
  };
  return {
    ...(await answer()),
    run() {
      child.stdin.write('run\n');
      return answer();
    },
    async close() {
      child.stdin.end('\n');
      await once(child, 'exit');
    },
  };
}

function summary({ engine, startSeconds }, results, { network, batch }) {
  const seconds = spread(results.map((result) => result.seconds));
  const quiet = results.filter(({ others }) => others < quietShare).map((result) => result.seconds);
  const processorSeconds = spread(results.map((result) => result.processorSeconds));
  const { peakMemory } = results.at(-1);
  const threads = Number(values.threads);
  return {
    ...{ engine, network, threads, batch, runs, startSeconds, seconds },
    ...{ quietRuns: quiet.length, quietSeconds: spread(quiet), processorSeconds, peakMemory },
  };
}

async function compare(script, what) {
  const contestants = [
    await start(process.execPath, script, what, ['--parts', `${what.parts}`]),
    await start(values.python, fileURLToPath(new URL('peers/step.py', import.meta.url)), what),
  ];
  const results = contestants.map(() => []);
  for (let run = 0; run < warmUps + runs; run++)
    for (const [c, contestant] of contestants.entries()) {
      const others = watchOthers();
      const result = await contestant.run();
      if (run >= warmUps) results[c].push({ ...result, others: others(result.processorSeconds) });
    }
  for (const contestant of contestants) await contestant.close();
  const [ours, pytorch] = contestants.map((contestant, c) => summary(contestant, results[c], what));
  const ratio = (of) => of(pytorch) / of(ours);
  const faster = {
    min: ratio((r) => r.seconds.min),
    median: ratio((r) => r.seconds.median),
    ...(ours.quietRuns && pytorch.quietRuns ? { quiet: ratio((r) => r.quietSeconds.median) } : {}),
    processors: ratio((r) => r.processorSeconds.median),
  };
  return { parts: what.parts, ours, pytorch, faster, smaller: ratio((r) => r.peakMemory) };
}

const batch = Number(values.batch);
const cases = values.network
  ? [{ network: values.network, batch, parts: Number(values.parts) }]
  : [
      { network: 'reference', batch: 1, parts: 1 },
      { network: 'reference', batch: 3, parts: 1 },
      { network: 'light', batch: 8, parts: 2 },
    ];
const script = await bundled();
const comparisons = [];
for (const what of cases) comparisons.push(await compare(script, what));
console.log(JSON.stringify(comparisons, null, 2));
