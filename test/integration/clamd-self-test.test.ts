import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { startClamd } from '../../launch/services/clamd.js';
import { writeDevelopmentDefinitions } from '../../launch/services/development-definitions.js';
import type { ClamavScanner } from '../../src/adapters/clamav/scanner.js';
import { makeScanner, scanChunks, toClamdAddress } from '../support/make-scanner.js';

const PATIENCE = { connectTimeoutMs: 10_000, writeTimeoutMs: 30_000, replyTimeoutMs: 60_000 };
const MIB = 1024 * 1024;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A clamd with these lines before those that the product configures. */
async function startOddClamd(
  settings: readonly string[],
  writeDefinitions = writeDevelopmentDefinitions,
): Promise<ClamavScanner> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-odd-'));
  await chmod(directory, 0o755);
  await writeDefinitions(path.join(directory, 'db'));
  const clamd = await startClamd({ directory, settings });
  stops.push(async () => {
    await clamd.stop();
    await rm(directory, { recursive: true, force: true });
  });
  return makeScanner([toClamdAddress(clamd.tcp)], PATIENCE);
}

async function writeOtherDefinitions(directory: string): Promise<void> {
  await writeDevelopmentDefinitions(directory);
  const hex = Buffer.from('something that nobody sends').toString('hex');
  await writeFile(path.join(directory, 'lazaret-development.ndb'), `Other.Thing:0:*:${hex}\n`);
}

describe('the self-test of a real clamd', () => {
  it.each(['tcp', 'unix'] as const)(
    'is passed over %s with the configuration that comes along',
    async (kind) => {
      const scanner = makeScanner([toClamdAddress(inject('services').clamd[kind])], PATIENCE);
      expect(await scanChunks(scanner, [])).toEqual({ kind: 'ok' });
      const [view] = scanner.views();
      expect(view).toMatchObject({
        state: 'usable',
        definitions: 'development',
        definitionsVersion: 'local',
        definitionsAgeSeconds: null,
      });
      expect(view?.engine).toMatch(/^ClamAV \d/u);
      expect(Math.round((view?.maxFileBytes ?? 0) / MIB)).toBeGreaterThanOrEqual(2046);
    },
  );

  it.each<[string, readonly string[], RegExp]>([
    ['does not report encryption', ['AlertEncrypted no', 'AlertEncryptedArchive no'], /AlertEncrypted/u],
    ['does not report limits', ['AlertExceedsMax no'], /AlertExceedsMax/u],
    ['has the limits of a fresh installation', ['MaxFileSize 25M', 'MaxScanSize 100M'], /MaxScanSize/u],
    ['has no limits, but its own', ['MaxFileSize 0', 'MaxScanSize 0'], /MaxScanSize/u],
  ])('is failed by one that %s', async (_, settings, reason) => {
    const scanner = await startOddClamd(settings);
    await expect(scanner.begin()).rejects.toThrow('No clamd can be used');
    const [view] = scanner.views();
    expect(view?.state).toBe('failed');
    expect(view?.reason).toMatch(reason);
  });

  it('is failed by one whose definitions do not know the test string', async () => {
    const scanner = await startOddClamd([], writeOtherDefinitions);
    await expect(scanner.begin()).rejects.toThrow('No clamd can be used');
    const [view] = scanner.views();
    expect(view?.state).toBe('failed');
    expect(view?.reason).toMatch(/EICAR/u);
  });

  it('is passed by one with smaller limits, whose border is found', async () => {
    const scanner = await startOddClamd(['StreamMaxLength 25M', 'MaxFileSize 25M', 'MaxScanSize 25M']);
    expect(await scanChunks(scanner, [])).toEqual({ kind: 'ok' });
    const { maxFileBytes = 0 } = scanner.views()[0] ?? {};
    expect(maxFileBytes).toBeLessThanOrEqual(25 * MIB);
    expect(maxFileBytes).toBeGreaterThan(24 * MIB);
  });
});
