import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ClamavHooks, ClamavScanner, ClamavSettings } from '../../../src/adapters/clamav/scanner.js';
import { TransientError } from '../../../src/domain/errors.js';
import { makeScanner, scanChunks } from '../../support/make-scanner.js';
import { startMockClamd, versionOf, type MockBehaviour, type MockClamd } from '../../support/mock-clamd.js';
import type { MockSettings } from '../../support/mock-clamd-samples.js';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
/** Probes come two seconds after a breaker has opened. */
const RECOVERY = { timeout: 10_000, interval: 50 };

const mocks: MockClamd[] = [];
const scanners: ClamavScanner[] = [];
let aheadMs = 0;
const clock = {
  now: () => new Date(Date.now() + aheadMs),
  sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5)),
};

async function start(behaviour: MockBehaviour = {}): Promise<MockClamd> {
  const mock = await startMockClamd(behaviour);
  mocks.push(mock);
  return mock;
}

function pool(
  members: readonly MockClamd[],
  hooks: ClamavHooks = {},
  settings: Partial<ClamavSettings> = {},
): ClamavScanner {
  const scanner = makeScanner(
    members.map(({ address }) => address),
    settings,
    hooks,
    clock,
  );
  scanners.push(scanner);
  return scanner;
}

afterEach(async () => {
  for (const scanner of scanners.splice(0)) scanner.stop();
  await Promise.all(mocks.splice(0).map((mock) => mock.stop()));
  aheadMs = 0;
});

const clean = { kind: 'ok' };
const states = (scanner: ClamavScanner): string[] => scanner.views().map(({ state }) => state);

describe('a clamd that does not answer as it must', () => {
  const faults: Record<string, Partial<MockSettings>> = {
    'does not know the EICAR test file': { knowsEicar: false },
    'passes encrypted archives: it needs AlertEncrypted yes': { alertEncrypted: false },
    'passes what exceeds a limit: it needs AlertExceedsMax yes': { alertExceedsMax: false },
    'cuts large members of archives off unseen: MaxScanSize must not be above MaxFileSize': {
      maxFileBytes: 25 * MIB,
      maxScanBytes: 100 * MIB,
    },
  };

  it.each(Object.entries(faults))('gets no files: %s', async (reason, settings) => {
    const wrong = await start({ settings });
    const scanner = pool([wrong]);
    await expect(scanner.begin()).rejects.toThrow('No clamd can be used');
    expect(scanner.views()).toMatchObject([{ state: 'failed', reason, breaker: 'closed' }]);
    const good = await start();
    const both = pool([wrong, good]);
    for (let round = 0; round < 3; round += 1) expect(await scanChunks(both, [])).toEqual(clean);
    expect([wrong.streams(), good.streams()]).toEqual([0, 3]);
  });

  it('is tested again on schedule, and gets files once it is right', async () => {
    const settings = { alertEncrypted: false };
    const mock = await start({ settings });
    const scanner = pool([mock]);
    await expect(scanner.begin()).rejects.toThrow(TransientError);
    settings.alertEncrypted = true;
    await expect(scanner.begin()).rejects.toThrow(TransientError);
    aheadMs += 60_000;
    scanner.start();
    await vi.waitFor(() => expect(states(scanner)).toEqual(['usable']));
    expect(await scanChunks(scanner, [])).toEqual(clean);
  });

  it('loses its files when its configuration goes wrong meanwhile, those that it has included', async () => {
    const settings = { alertExceedsMax: true };
    const mock = await start({ settings });
    const scanner = pool([mock]);
    const session = await scanner.begin();
    settings.alertExceedsMax = false;
    aheadMs += 60_000;
    scanner.start();
    await vi.waitFor(() => expect(states(scanner)).toEqual(['failed']));
    await expect(session.finish()).rejects.toThrow('failed its self-test');
    await expect(scanner.begin()).rejects.toThrow('No clamd can be used');
  });

  it('is tested before it gets a file when it turns out to be another one', async () => {
    const behaviour = { version: versionOf() };
    const mock = await start(behaviour);
    const scanner = pool([mock]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    behaviour.version = versionOf().replace('1.4.6', '1.5.0');
    await expect(scanner.begin()).rejects.toThrow('No clamd can be used');
    expect(mock.streams()).toBe(1);
    await vi.waitFor(async () => expect(await scanChunks(scanner, [])).toEqual(clean));
    expect(scanner.views()).toMatchObject([{ engine: 'ClamAV 1.5.0' }]);
  });
});

describe('files', () => {
  it('go to the clamd that has the fewest of them', async () => {
    const members = await Promise.all([start(), start(), start()]);
    const scanner = pool(members);
    scanner.start();
    await vi.waitFor(() => expect(states(scanner)).toEqual(['usable', 'usable', 'usable']));
    const sessions = await Promise.all([scanner.begin(), scanner.begin(), scanner.begin()]);
    const more = [await scanner.begin(), await scanner.begin(), await scanner.begin()];
    const loads = scanner.views().map((view) => view.sessions);
    expect(loads.reduce((sum, count) => sum + count)).toBe(6);
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    for (const session of [...sessions, ...more]) session.abort();
    await vi.waitFor(() => expect(scanner.views().map((view) => view.sessions)).toEqual([0, 0, 0]));
  });

  it('avoid the clamd that has taken more bytes', async () => {
    const [busy, calm] = [await start(), await start()];
    const scanner = pool([busy, calm]);
    const [one, other] = [await scanner.begin(), await scanner.begin()];
    await one.write(new Uint8Array(MIB));
    await other.write(new Uint8Array(10 * MIB));
    const loaded = scanner.views().map((view) => view.sessions);
    const third = await scanner.begin();
    expect(loaded).toEqual([1, 1]);
    expect(scanner.views().map((view) => view.sessions)).toEqual([2, 1]);
    for (const session of [one, other, third]) session.abort();
  });

  it('go to another clamd when one is dead, which is left alone after a while and comes back tested', async () => {
    const [dead, alive] = [await start(), await start()];
    await dead.stop();
    const failed: number[] = [];
    const scanner = pool([dead, alive], { onFailure: (index) => failed.push(index) });
    for (let round = 0; round < 6; round += 1) expect(await scanChunks(scanner, [])).toEqual(clean);
    expect(failed).toEqual([0, 0, 0]);
    expect(scanner.views()).toMatchObject([{ breaker: 'open' }, { breaker: 'closed' }]);
    await dead.restart();
    await vi.waitFor(async () => {
      expect(await scanChunks(scanner, [])).toEqual(clean);
      expect(states(scanner)).toEqual(['usable', 'usable']);
    }, RECOVERY);
    await alive.stop();
    await vi.waitFor(async () => expect(await scanChunks(scanner, [])).toEqual(clean));
    expect(dead.streams()).toBeGreaterThan(0);
  });

  it('are refused without a try while every clamd is left alone', async () => {
    const mock = await start();
    const scanner = pool([mock]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    await mock.stop();
    for (let round = 0; round < 3; round += 1) await expect(scanner.begin()).rejects.toThrow(TransientError);
    await mock.restart();
    const before = mock.connections();
    for (let round = 0; round < 100; round += 1) {
      await expect(scanner.begin()).rejects.toThrow('No clamd can be used');
    }
    expect(mock.connections()).toBe(before);
    await vi.waitFor(async () => expect(await scanChunks(scanner, [])).toEqual(clean), RECOVERY);
  });
});

describe('definitions', () => {
  it('that are too old make a clamd the last choice, and are shown', async () => {
    const [old, fresh] = [await start({ version: versionOf(8 * DAY_MS) }), await start()];
    const scanner = pool([old, fresh]);
    for (let round = 0; round < 4; round += 1) expect(await scanChunks(scanner, [])).toEqual(clean);
    expect([old.streams(), fresh.streams()]).toEqual([0, 4]);
    expect(scanner.views()).toMatchObject([
      { state: 'outdated', isOutdated: true, definitions: 'official' },
      { state: 'usable', isOutdated: false },
    ]);
    await fresh.stop();
    expect(await scanChunks(scanner, [])).toEqual(clean);
    expect(old.streams()).toBe(1);
  });

  it('grow old while nobody tests them', async () => {
    const scanner = pool([await start()]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    expect(states(scanner)).toEqual(['usable']);
    aheadMs = 8 * DAY_MS;
    expect(scanner.views()).toMatchObject([{ state: 'outdated' }]);
    const { definitionsAgeSeconds } = scanner.views()[0] ?? {};
    expect(definitionsAgeSeconds).toBeGreaterThan((8 * DAY_MS) / 1000);
  });

  it('of the future are not taken for new', async () => {
    const scanner = pool([await start({ version: versionOf(-3 * DAY_MS) })]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    expect(states(scanner)).toEqual(['outdated']);
  });

  it('without a date have no age and are never too old', async () => {
    const scanner = pool([await start({ version: 'ClamAV 1.4.6' })]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    aheadMs = 3_650 * DAY_MS;
    expect(scanner.views()).toMatchObject([
      { state: 'usable', definitions: 'local', definitionsAgeSeconds: null },
    ]);
  });
});

describe('health', () => {
  it('knows a clamd that died as soon as it is asked', async () => {
    const mock = await start();
    const scanner = pool([mock]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    expect(await scanner.look()).toMatchObject([{ state: 'usable' }]);
    await mock.stop();
    expect(await scanner.look()).toMatchObject([{ state: 'unreachable' }]);
  });

  it('does not take any answer to PING for a good one', async () => {
    const scanner = pool([await start({ pong: 'PONG PONG' })]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    expect(await scanner.look()).toMatchObject([{ state: 'unreachable' }]);
  });

  it('shows how far a clamd looks', async () => {
    const mock = await start({ settings: { maxFileBytes: 30 * MIB, maxScanBytes: 25 * MIB } });
    const scanner = pool([mock]);
    expect(await scanChunks(scanner, [])).toEqual(clean);
    const { maxFileBytes = 0 } = scanner.views()[0] ?? {};
    expect(Math.round(maxFileBytes / MIB)).toBe(25);
  });
});
