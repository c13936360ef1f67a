/** What test/bench/step.mjs runs in a process of its own: one training step for each line on standard input. */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import { prepareStep } from '@disc-labeling/server/training/bench';

const { values } = parseArgs({
  options: {
    network: { type: 'string', default: 'reference' },
    batch: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    parts: { type: 'string', default: '1' },
  },
});
const config = values.network === 'light' ? lightNetwork() : referenceNetwork();
const step = await prepareStep(config, initialWeights(config, 0), {
  batch: Number(values.batch),
  threads: Number(values.threads),
  parts: Number(values.parts),
});
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ engine: step.engine, startSeconds: step.startSeconds });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') break;
  const before = process.cpuUsage();
  const seconds = await step.run();
  const { user, system } = process.cpuUsage(before);
  // maxRSS is in kilobytes on every system.
  const peakMemory = process.resourceUsage().maxRSS * 1024;
  say({ seconds, processorSeconds: (user + system) / 1e6, peakMemory });
}
await step.dispose();
