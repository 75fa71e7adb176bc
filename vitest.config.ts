import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Sources instead of built files, so that a unit test never runs yesterday's build. */
const SOURCES: Readonly<Record<string, string>> = {
  '@zhenxue/client-sdk/headless': './client-sdk/src/headless.ts',
  '@zhenxue/client-sdk': './client-sdk/src/index.ts',
  '@zhenxue/evidence': './evidence/src/index.ts',
  '@zhenxue/protocol': './protocol/src/index.ts',
};

/** One project per folder of test/: what it is for, and how long one test or hook may take (ms). */
const PROJECTS: readonly { readonly name: string; readonly timeoutMs: number }[] = [
  // One unit against plain data; the tests of the gates start tools, hence more than a moment.
  { name: 'unit', timeoutMs: 60_000 },
  // The oracle compares 20,000 sittings in one of them.
  { name: 'property', timeoutMs: 180_000 },
  { name: 'hostile', timeoutMs: 30_000 },
  { name: 'contract', timeoutMs: 30_000 },
  // Sixty worlds with their learners, cheats and crashes.
  { name: 'simulation', timeoutMs: 240_000 },
  { name: 'integration', timeoutMs: 60_000 },
  // A real browser watches a lesson of 64 s, sometimes twice.
  { name: 'e2e', timeoutMs: 240_000 },
];

export default defineConfig({
  resolve: {
    alias: Object.entries(SOURCES).map(([find, path]) => ({
      find,
      replacement: fileURLToPath(new URL(path, import.meta.url)),
    })),
  },
  test: {
    // Two workers: the suites share two cores with browsers and servers that they start.
    maxWorkers: 2,
    projects: PROJECTS.map(({ name, timeoutMs }) => ({
      extends: true as const,
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        environment: 'node',
        testTimeout: timeoutMs,
        hookTimeout: timeoutMs,
      },
    })),
  },
});
