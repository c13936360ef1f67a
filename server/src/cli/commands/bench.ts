import { Option } from 'commander';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import type { Weights } from '@disc-labeling/models/model';
import { findModel } from '../../labeling/models.js';
import { benchmarkNetwork, benchmarkStep } from '../../training/bench.js';
import type { BenchResult } from '../../training/bench.js';
import { wholeNumber, type CommandContext, type RegisterCommand } from '../program.js';

interface BenchOptions {
  readonly network: string;
  readonly batch?: number;
  readonly runs: number;
}

type Benchmark = typeof benchmarkNetwork;

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
  add('network', 'time the forward pass (batch 1 unless told otherwise)', benchmarkNetwork);
  add('step', 'time a whole training step (batch 3 unless told otherwise)', benchmarkStep);
};

async function run(
  { options, output, signal }: CommandContext,
  { network, batch, runs }: BenchOptions,
  name: string,
  benchmark: Benchmark,
): Promise<void> {
  const { config, weights } = await chosen(network);
  const progress = output.progress(`bench ${name}`, runs);
  const { engine, threads } = options;
  const result = await benchmark(
    config,
    { batch, runs, engine, threads, signal, onRun: (n) => progress.update(n) },
    weights,
  );
  progress.finish();
  output.result(result, (r) => text(name, r));
}

async function chosen(network: string): Promise<{ config: NetworkConfig; weights?: Weights }> {
  if (network === 'reference') return { config: referenceNetwork() };
  if (network === 'light') return { config: lightNetwork() };
  const { description, weights } = await findModel(network);
  return { config: description.network, weights };
}

function text(name: string, { engine, threads, batch, runs, seconds, peakMemory }: BenchResult): string {
  const s = (value: number) => value.toFixed(3);
  return [
    `${name}: median ${s(seconds.median)} s (${s(seconds.min)} to ${s(seconds.max)}, ${runs} runs)`,
    `batch ${batch}, ${engine}, ${threads} threads, peak memory ${Math.round(peakMemory / 2 ** 20)} MB`,
  ].join('\n');
}
