import { defineConfig } from 'vitest/config';

/** One project per kind of test, so that `npm run test:unit` and its siblings run just theirs. */
const project = (name: string, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 60_000),
      project('integration', 180_000),
      project('reference', 300_000),
      project('e2e', 600_000),
    ],
  },
});
