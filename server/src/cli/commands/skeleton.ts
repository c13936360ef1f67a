import { dirname, join } from 'node:path';
import {
  skeletonJson,
  skeletonNpy,
  skeletonOf,
  type PreparedSkeleton,
} from '../../dataset/prepared-skeleton.js';
import { readPreparedSet } from '../../dataset/samples.js';
import { discName } from '../../volume/levels.js';
import { writeWhole } from '../../volume/write-whole.js';
import type { Output } from '../output.js';
import type { RegisterCommand } from '../program.js';

/** `skeleton`: the average shape of the spines of a prepared set. */
export const registerSkeleton: RegisterCommand = (program, action) => {
  program
    .command('skeleton <prepared> <out>')
    .description(
      "the mean skeleton of a prepared set's training samples (JSON, or .npy by the name's ending)",
    )
    .option('--npy', 'also write mean_skeleton.npy beside it, float64 [joints, 2]')
    .action(
      action(async ({ output, signal }, prepared: string, out: string, { npy }: { npy?: boolean }) => {
        const set = await readPreparedSet(prepared);
        const skeleton = await skeletonOf(set, signal);
        const asArray = out.toLowerCase().endsWith('.npy');
        await writeWhole(out, asArray ? skeletonNpy(skeleton) : skeletonJson(skeleton, set));
        const beside = npy && !asArray ? join(dirname(out), 'mean_skeleton.npy') : null;
        if (beside !== null) await writeWhole(beside, skeletonNpy(skeleton));
        const files = beside === null ? [out] : [out, beside];
        output.result({ files, ...skeleton }, () => describe(skeleton, files, output));
      }),
    );
};

function describe(skeleton: PreparedSkeleton, files: readonly string[], output: Output): string {
  const { mean, spread, counts, spines, samples, values } = skeleton;
  const places = (point: readonly [number, number] | null) =>
    point === null ? ['-', '-'] : point.map((part) => part.toFixed(3));
  const rows = mean.map((joint, n) => [
    n,
    values === null ? `disc ${n + 1} from the top` : discName(values[n]),
    ...places(joint),
    ...places(spread[n]),
    counts[n],
  ]);
  const head = ['joint', 'disc', 'down', 'forward', 'spread down', 'spread forward', 'images'];
  return `${output.table(head, rows)}\n${files.join(', ')}: ${spines} of ${samples} training samples`;
}
