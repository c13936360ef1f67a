/**
 * How much longer labelling takes while a training runs in the background, as the backend starts it.
 *
 *     node test/bench/label-while-training.mjs [--rounds 6] [--runs 3] [--priority 19] [--threads N]
 *
 * Rounds of labelling with the machine idle and with a training running take turns, so that other work on the machine
 * burdens both alike; the training is held (SIGSTOP) in the idle rounds. Prints one JSON document: median seconds and
 * their ratio, and the same in processor seconds of the labelling process, which other work does not burden.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { backend } from '../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    runs: { type: 'string', default: '3' },
    priority: { type: 'string', default: '19' },
    threads: { type: 'string' },
  },
});
const folder = `${root}out/bench`;
await mkdir(folder, { recursive: true });
await build({
  ...backend,
  absWorkingDir: root,
  bundle: true,
  logLevel: 'error',
  outdir: folder,
  entryPoints: {
    'label-while-training': 'test/bench/label-while-training.ts',
    'inference-worker': 'models/src/engines/worker.ts',
    'training-worker': 'server/src/training/worker.ts',
    'phantom-worker': 'server/src/dataset/phantom/worker.ts',
  },
});
const { labelWhileTraining } = await import(pathToFileURL(`${folder}/label-while-training.mjs`).href);
const work = await mkdtemp(join(tmpdir(), 'label-while-training-'));
try {
  const config = join(work, 'config.json');
  await writeFile(
    config,
    JSON.stringify({ formatVersion: 1, name: 'bench', network: 'light', training: { trainBatch: 8 } }),
  );
  const result = await labelWhileTraining({
    work,
    config,
    rounds: Number(values.rounds),
    runs: Number(values.runs),
    priority: Number(values.priority),
    ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
  });
  console.log(JSON.stringify(result, null, 2));
} finally {
  await rm(work, { recursive: true, force: true });
}
process.exit();
