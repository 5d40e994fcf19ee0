import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { startClamd } from '../../launch/services/clamd.js';
import { writeDevelopmentDefinitions } from '../../launch/services/development-definitions.js';
import { makeScanner, toClamdAddress } from '../support/make-scanner.js';
import { describeScanner, type ScannerUnderTest } from './scanner.js';

const PATIENCE = { connectTimeoutMs: 10_000, writeTimeoutMs: 30_000, replyTimeoutMs: 60_000 };

for (const kind of ['tcp', 'unix'] as const) {
  describeScanner(`clamd over ${kind}`, async (): Promise<ScannerUnderTest> => {
    const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-scanner-'));
    await chmod(directory, 0o755);
    await writeDevelopmentDefinitions(path.join(directory, 'db'));
    const limited = await startClamd({ directory, settings: ['StreamMaxLength 1M'] });
    return {
      scanner: makeScanner([toClamdAddress(inject('services').clamd[kind])], PATIENCE),
      limited: makeScanner([toClamdAddress(limited[kind])], PATIENCE),
      close: async () => {
        await limited.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  });
}
