/**
 * `npm test`: everything, from nothing. Installs, builds, packages the extension for the tests in the
 * real editor, runs all test projects and closes with one line of counts.
 * Words after `--` go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
run(process.execPath, ['scripts/package.mjs']);

const report = `${root}test-results/vitest.json`;
mkdirSync(`${root}test-results`, { recursive: true });
rmSync(report, { force: true });
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
try {
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  console.log(
    `${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`,
  );
} catch {
  console.error('error: the test runner left no report');
}
process.exit(status ?? 1);
