/** One turn of test/bench/prepare.mjs: prepares a dataset and prints one JSON line. */
import { join } from 'node:path';
import { writeNpy } from '@disc-labeling/models/npy';
import { prepareDataset } from '@disc-labeling/server/dataset/prepare/prepare';
import { referenceHeatMap } from '@disc-labeling/server/dataset/reference-targets';
import { writeWhole } from '@disc-labeling/server/volume/write-whole';

const [dataset, out, preparation, heatMaps, threads] = process.argv.slice(2);
const started = performance.now();
const { set } = await prepareDataset(dataset, out, {
  preparation: preparation as 'own' | 'reference',
  split: 'all',
  threads: Number(threads),
});
if (heatMaps === 'heatmaps')
  for (const sample of set.samples) {
    const [height, width] = sample.size;
    const { image } = referenceHeatMap(sample.discs, { height, width });
    const bytes = writeNpy({ data: image, shape: [height, width] });
    await writeWhole(join(out, 'heatmaps', `${sample.name}.npy`), bytes, { flush: false });
  }
const seconds = (performance.now() - started) / 1000;
const peakMemory = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ images: set.samples.length, seconds, peakMemory }));
