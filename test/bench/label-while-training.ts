/** What test/bench/label-while-training.mjs runs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPhantomVolume } from '@disc-labeling/server/dataset/phantom/volume';
import { LabelingService } from '@disc-labeling/server/labeling/service';
import { TrainingService } from '@disc-labeling/server/training/service';
import { writeVolume } from '@disc-labeling/server/volume/nifti';

export interface Options {
  readonly work: string;
  /** Configuration of the training. */
  readonly config: string;
  readonly rounds: number;
  /** Labellings in a round. */
  readonly runs: number;
  /** Niceness of the training. */
  readonly priority: number;
  readonly threads?: number;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Waits until a training process has told of so many steps. */
class Steps {
  #count = 0;
  #wanted: { count: number; met: () => void } | null = null;

  add(): void {
    this.#count++;
    if (this.#wanted && this.#count >= this.#wanted.count) this.#wanted.met();
  }

  next(more: number): Promise<void> {
    return new Promise((met) => (this.#wanted = { count: this.#count + more, met }));
  }
}

/** Labels in turns with the training held and running. */
export async function labelWhileTraining({ work, config, rounds, runs, priority, threads }: Options) {
  const volume = join(work, 'neck_T1w.nii.gz');
  await writeVolume(volume, (await drawPhantomVolume(2, 'T1w')).volume, { dtype: 'int16' });
  const steps = new Steps();
  const labeling = new LabelingService({ engine: 'onnxruntime-cpu' });
  const training = new TrainingService({
    engine: 'onnxruntime-cpu',
    priority,
    threads,
    notify: (method, params) => {
      if (method === 'discLabeling/training' && 'event' in params && params.event.kind === 'step')
        steps.add();
    },
  });
  await labeling.label(volume, {});
  const { run } = await training.start({ config, output: join(work, 'run') });
  const { process: child } = JSON.parse(await readFile(join(run!, '.lock'), 'utf8')) as { process: number };
  const found = { idle: [] as Sample[], training: [] as Sample[] };
  try {
    for (let round = 0; round < rounds; round++) {
      process.kill(child, 'SIGSTOP');
      found.idle.push(...(await label(labeling, volume, runs)));
      process.kill(child, 'SIGCONT');
      await steps.next(2);
      found.training.push(...(await label(labeling, volume, runs)));
    }
  } finally {
    process.kill(child, 'SIGCONT');
    await training.stop(run!);
    await labeling.dispose();
  }
  const figures = (samples: readonly Sample[]) => ({
    seconds: median(samples.map(({ wall }) => wall)),
    processorSeconds: median(samples.map(({ processor }) => processor)),
  });
  const [idle, busy] = [figures(found.idle), figures(found.training)];
  return {
    rounds,
    runs,
    priority,
    idle,
    training: busy,
    ratio: busy.seconds / idle.seconds,
    processorRatio: busy.processorSeconds / idle.processorSeconds,
  };
}

interface Sample {
  readonly wall: number;
  readonly processor: number;
}

async function label(service: LabelingService, volume: string, runs: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let run = 0; run < runs; run++) {
    const [started, before] = [performance.now(), process.cpuUsage()];
    await service.label(volume, {});
    const { user, system } = process.cpuUsage(before);
    samples.push({ wall: (performance.now() - started) / 1000, processor: (user + system) / 1e6 });
  }
  return samples;
}
