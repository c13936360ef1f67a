/**
 * How well models name the discs of a real slice with known points in changed views of it: turned, larger or smaller,
 * blurred, noisier, shaded, a third of them cut above C2/C3; of such views with a saturation band in front of the spine;
 * and of windows of them, cut down to the spine.
 *
 *     node test/bench/views.mjs [--views 80] [--slice ../shared/data/mri/slices/cervicothoracic_T1w] [MODEL …]
 *
 * A slice is a volume (`.nii.gz`) of one plane with its points beside it (`.json`, `discs` with `name` and `voxel`).
 * Models are names, model folders or runs; without one, what labelling uses. Prints one line of JSON for each.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { backend } from '../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = process.env.DISC_DATA_DIR ?? `${root}../shared/data`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    views: { type: 'string', default: '80' },
    slice: { type: 'string', default: `${shared}/mri/slices/cervicothoracic_T1w` },
  },
});
const outdir = `${root}out/bench`;
await mkdir(outdir, { recursive: true });
const entryPoints = { views: fileURLToPath(new URL('views.ts', import.meta.url)) };
await build({ ...backend, entryPoints, outdir, bundle: true, logLevel: 'error' });
const { benchmarkViews } = await import(pathToFileURL(`${outdir}/views.mjs`).href);
for (const model of positionals.length > 0 ? positionals : [undefined])
  console.log(JSON.stringify(await benchmarkViews(values.slice, Number(values.views), model)));
