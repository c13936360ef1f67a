/**
 * Times a warm label request on a 192 x 320 x 320 int16 gzip volume, stage by stage.
 *
 *     node test/bench/label.mjs [--runs 10] [--model NAME]
 *
 * Prints one JSON document: median seconds per stage.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { backend } from '../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10' }, model: { type: 'string' } },
});
const folder = `${root}out/bench`;
await mkdir(folder, { recursive: true });
await build({
  entryPoints: {
    label: fileURLToPath(new URL('label.ts', import.meta.url)),
    'inference-worker': `${root}models/src/engines/worker.ts`,
  },
  outdir: folder,
  ...backend,
  bundle: true,
  logLevel: 'error',
});
const { benchmarkLabel } = await import(pathToFileURL(`${folder}/label.mjs`).href);
const seconds = await benchmarkLabel(folder, Number(values.runs), values.model);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const stages = Object.keys(seconds[0]).map((stage) => [stage, median(seconds.map((run) => run[stage]))]);
console.log(
  JSON.stringify(
    { volume: '192 x 320 x 320 int16 gzip', runs: seconds.length, seconds: Object.fromEntries(stages) },
    null,
    2,
  ),
);
