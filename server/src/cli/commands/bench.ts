import { Option } from 'commander';
import { benchmarkForward } from '@disc-labeling/models/bench';
import type { ForwardBenchmark, ForwardBenchmarkOptions } from '@disc-labeling/models/bench';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import { findModel } from '../../labeling/models.js';
import { benchmarkStep } from '../../training/bench.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

interface BenchOptions {
  readonly network: string;
  readonly batch?: number;
  readonly parts?: number;
  readonly runs: number;
}

/** Both kinds of measurement have this form. */
type Benchmark = (
  network: NetworkConfig,
  weights: Weights,
  options: ForwardBenchmarkOptions & { readonly parts?: number },
) => Promise<ForwardBenchmark & { readonly parts?: number }>;

/** `bench`: how long a forward pass or a training step takes here. */
export const registerBench: RegisterCommand = (program, action) => {
  const bench = program.command('bench').description('time the network on this machine');
  const add = (name: string, description: string, benchmark: Benchmark) =>
    bench
      .command(name)
      .description(description)
      .addOption(new Option('--network <which>', 'reference, light, or a model').default('reference'))
      .option('--batch <n>', 'images at once', wholeNumber(1))
      .option('--runs <n>', 'how often', wholeNumber(1), 10)
      .action(action((context, options: BenchOptions) => run(context, options, name, benchmark)));
  add('network', 'time the forward pass (batch 1 unless told otherwise)', benchmarkForward);
  add('step', 'time a whole training step (batch 3 unless told otherwise)', benchmarkStep).option(
    '--parts <n>',
    'parts of a batch, computed beside each other',
    wholeNumber(1),
  );
};

async function run(
  { options, output, signal }: CommandContext,
  { network, batch, parts, runs }: BenchOptions,
  name: string,
  benchmark: Benchmark,
): Promise<void> {
  const { config, weights } = await chosen(network);
  const progress = output.progress(`bench ${name}`, runs);
  const { engine, threads } = options;
  const result = await benchmark(config, weights, {
    batch,
    ...(parts === undefined ? {} : { parts }),
    runs,
    engine,
    threads,
    signal,
    onRun: (n) => progress.update(n),
  });
  progress.finish();
  output.result(result, (r) => text(name, r));
}

async function chosen(name: string): Promise<{ config: NetworkConfig; weights: Weights }> {
  const presets: Record<string, NetworkConfig> = { reference: referenceNetwork(), light: lightNetwork() };
  const config = presets[name];
  // What the weights are does not change the time.
  if (config !== undefined) return { config, weights: initialWeights(config, 0) };
  const { description, weights } = await findModel(name);
  return { config: description.network, weights };
}

function text(name: string, benchmark: Awaited<ReturnType<Benchmark>>): string {
  const { engine, threads, batch, parts = 1, runs, seconds, peakMemory } = benchmark;
  const s = (value: number) => value.toFixed(3);
  return [
    `${name}: median ${s(seconds.median)} s (${s(seconds.min)} to ${s(seconds.max)}, ${runs} runs)`,
    `batch ${batch}${parts > 1 ? ` in ${parts} parts` : ''}, ${engine}, ${threads} threads, peak memory ${Math.round(peakMemory / 2 ** 20)} MB`,
  ].join('\n');
}
