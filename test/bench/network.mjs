/**
 * Times the forward pass of the reference network here and in PyTorch, in turns within one run, so that
 * whatever else the machine does slows down both.
 *
 *     node test/bench/network.mjs [--threads 2] [--batch 1] [--runs 20] [--python python3]
 *
 * Prints one JSON document: both results and how many times faster ours is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20' },
    python: { type: 'string', default: process.env.DISC_PYTHON ?? 'python3' },
  },
});
const [threads, batch, runs] = [values.threads, values.batch, values.runs].map(Number);

/** Our network, with one timed run per call. */
async function ours() {
  const outfile = `${root}out/bench/models.mjs`;
  await mkdir(`${root}out/bench`, { recursive: true });
  await build({
    entryPoints: [`${root}models/src/index.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  const models = await import(pathToFileURL(outfile).href);
  const config = models.referenceNetwork();
  const weights = models.initialWeights(config, 0);
  const inference = await models.createInference(config, weights, { engine: 'onnxruntime-cpu', threads });
  const pixels = Float32Array.from({ length: 256 * 256 }, () => Math.random());
  const data = new Float32Array(batch * 3 * pixels.length);
  for (let plane = 0; plane < 3 * batch; plane++) data.set(pixels, plane * pixels.length);
  const images = { data, shape: [batch, 3, 256, 256] };
  return {
    name: inference.engine,
    async run() {
      const start = performance.now();
      await inference.run(images, { stacks: 'last' });
      return (performance.now() - start) / 1000;
    },
    close: () => inference.dispose(),
  };
}

/** The same in PyTorch, in a process of its own that waits for its turns. */
async function pytorch() {
  const script = fileURLToPath(new URL('peers/network.py', import.meta.url));
  const options = [script, '--serve', '--threads', values.threads, '--batch', values.batch];
  const child = spawn(values.python, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${values.python} ended; it needs PyTorch (pip install torch)`);
    return JSON.parse(value);
  };
  const { torch } = await answer();
  return {
    name: `pytorch-${torch}`,
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

function summary(name, seconds) {
  const sorted = [...seconds].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { engine: name, threads, batch, runs, seconds: { min: sorted[0], median, max: sorted.at(-1) } };
}

const contestants = [await ours(), await pytorch()];
for (const contestant of contestants) for (let i = 0; i < 2; i++) await contestant.run();
const times = contestants.map(() => []);
for (let i = 0; i < runs; i++)
  for (const [c, contestant] of contestants.entries()) times[c].push(await contestant.run());
const [own, peer] = contestants.map(({ name }, c) => summary(name, times[c]));
const faster = { min: peer.seconds.min / own.seconds.min, median: peer.seconds.median / own.seconds.median };
console.log(JSON.stringify({ ours: own, pytorch: peer, faster }, null, 2));
for (const contestant of contestants) await contestant.close();
