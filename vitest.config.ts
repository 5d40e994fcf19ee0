import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { RunOrder } from './test/support/run-order.js';

/** Vite would load graphql's ESM build beside the CommonJS one that Node gives everybody else: two realms. */
const oneGraphql = { find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') };

/** One more than a machine with two processors has: while a test waits for an outage to be noticed, it needs none. */
const WORKERS = 3;
/** What comes late on a busy machine has still come; a test that waits in vain says so soon enough. */
const POLL_TIMEOUT_MS = 20_000;

export default defineConfig({
  test: {
    sequence: { sequencer: RunOrder },
    // Servers and a shared product end in order, also where processes take long to.
    teardownTimeout: 60_000,
    projects: [
      {
        resolve: { alias: [oneGraphql] },
        oxc: { decorator: { legacy: true } },
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/tidy.test.ts'],
          testTimeout: 60_000,
          expect: { poll: { timeout: POLL_TIMEOUT_MS } },
          maxWorkers: WORKERS,
          // What they share is what they import, which is read once for all of them.
          isolate: false,
        },
      },
      {
        resolve: { alias: [oneGraphql] },
        oxc: { decorator: { legacy: true } },
        test: {
          name: 'real',
          include: ['test/{contract,integration,rls,acceptance}/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Who looks more often keeps what it waits for from its work.
          expect: { poll: { interval: 150, timeout: POLL_TIMEOUT_MS } },
          maxWorkers: WORKERS,
          isolate: false,
          // Real servers on a busy shared machine: a second go is allowed there, and the reporter says who took it.
          retry: process.env['CI'] ? 1 : 0,
        },
      },
    ],
  },
});
