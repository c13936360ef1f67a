/**
 * `npm run bench`: the benchmarks behind docs/benchmarks.md. The comparisons with PyTorch run where Python
 * has it (`DISC_PYTHON` names another Python).
 */
import { spawnSync } from 'node:child_process';
import { buildProduct, ensureDependencies, root } from './setup.mjs';

ensureDependencies();
buildProduct();
const commands = [
  ['dist/cli.mjs', 'bench', 'network'],
  ['dist/cli.mjs', 'bench', 'network', '--network', 'light'],
  ['dist/cli.mjs', 'bench', 'step', '--network', 'light', '--batch', '8'],
  ['test/bench/label.mjs'],
  ['test/bench/network.mjs'],
  ['test/bench/step.mjs'],
];
let failed = 0;
for (const command of commands) {
  console.log(`\n> node ${command.join(' ')}`);
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
