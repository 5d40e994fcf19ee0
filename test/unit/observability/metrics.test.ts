import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { createGaugesWorker } from '../../../workers/gauges.worker.js';
import { createRescanWorker } from '../../../workers/rescan.worker.js';
import { rememberingLogger } from '../../support/test-edge.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');

const seriesOf = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('lazaret_'));

describe('a gauge of what is read elsewhere', () => {
  it('shows nothing before it has been read, since zero would be a claim', async () => {
    const names = (await seriesOf(createMetrics())).map((line) => line.split(/[ {]/u)[0]);
    const read = [
      ...['files_scanning', 'oldest_scanning_seconds', 'outbox_unpublished', 'oldest_dead_letter_seconds'],
      ...['quarantined_files', 'rescans_pending', 'foreign_objects', 'collector_last_run_timestamp_seconds'],
    ];
    expect(read.filter((name) => names.includes(`lazaret_${name}`))).toEqual([]);
  });

  it('shows what pools, clamds and analysers do at the moment of the scrape', async () => {
    const metrics = createMetrics();
    const counts = { idle: 1, busy: 2 };
    metrics.watchAnalysers(() => counts);
    expect(await seriesOf(metrics)).toContain('lazaret_analysers{state="busy"} 2');
    Object.assign(counts, { idle: 3, busy: 0 });
    expect(await seriesOf(metrics)).toEqual(
      expect.arrayContaining(['lazaret_analysers{state="idle"} 3', 'lazaret_analysers{state="busy"} 0']),
    );
  });

  it('shows nothing for as long as it cannot be read', async () => {
    const metrics = createMetrics();
    const isAway = { database: false, queue: false };
    const unless = async <T>(dependency: keyof typeof isAway, counts: T): Promise<T> => {
      if (isAway[dependency]) throw new TransientError(dependency, 'away');
      return counts;
    };
    const due = { scanning: 3, unpublished: 2, oldestScanningMs: 1, deadLetters: {}, oldestDeadLetterMs: 0 };
    const kept = { kept: 1, requested: 0, approved: 0 };
    const jobs = { waiting: 1, active: 0, delayed: 0, failed: 0 };
    const worker = createGaugesWorker({
      backlogCounts: () => unless('database', due),
      quarantineCounts: () => unless('database', kept),
      queueCounts: () => unless('queue', jobs),
      metrics,
      clock: { now: () => new Date(), sleep: () => new Promise((resolve) => setTimeout(resolve, 5)) },
      logger: rememberingLogger().logger,
    });
    const ofDatabase =
      /^lazaret_(?:files_scanning|outbox_un|oldest_|dead_letters_open|quarantined_files|open_releases)/u;
    const shown = async (name: RegExp) => (await seriesOf(metrics)).filter((line) => name.test(line)).length;
    await worker.start?.(new AbortController().signal);
    await vi.waitFor(async () => expect(await shown(ofDatabase)).toBeGreaterThan(6));
    const all = await shown(ofDatabase);
    isAway.database = true;
    await vi.waitFor(async () => expect(await shown(ofDatabase)).toBe(0));
    expect(await shown(/^lazaret_queue_jobs/u)).toBe(4);
    Object.assign(isAway, { database: false, queue: true });
    await vi.waitFor(async () => expect(await shown(/^lazaret_queue_jobs/u)).toBe(0));
    await vi.waitFor(async () => expect(await shown(ofDatabase)).toBe(all));
    await worker.stop?.(new AbortController().signal);
  });

  it('of due examinations is shown by the worker that planned last, and by no other', async () => {
    const metrics = createMetrics();
    const lease = { renew: async () => true, finish: async () => undefined, release: async () => undefined };
    const begin = vi.fn(async () => undefined as typeof lease | undefined).mockResolvedValueOnce(lease);
    const worker = createRescanWorker({
      planRescans: async () => ({ planned: 0, pending: 7 }),
      maintenance: { begin },
      metrics,
      clock: { now: () => new Date(), sleep: () => new Promise((resolve) => setTimeout(resolve, 20)) },
      logger: rememberingLogger().logger,
      perMinute: 60,
      intervalMs: 5,
    });
    const pending = async () => (await metrics.rescansPending.get()).values.map(({ value }) => value);
    await worker.start?.(new AbortController().signal);
    await vi.waitFor(async () => expect(await pending()).toEqual([7]), { interval: 1 });
    await vi.waitFor(() => expect(begin.mock.calls.length).toBeGreaterThan(1));
    await vi.waitFor(async () => expect(await pending()).toEqual([]));
    await worker.stop?.(new AbortController().signal);
  });
});

describe('the names of the metrics', () => {
  const pages = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)]
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(path.join(ROOT, name), 'utf8'));
  const known = createMetrics().registry.getMetricsAsArray();

  it('that the pages speak of are those that there are', () => {
    const named = pages.flatMap(
      (page) => page.match(/\blazaret_(?!app\b|system\b|owner\b)[a-z_]+(?=[`{])/gu) ?? [],
    );
    expect(named.length).toBeGreaterThan(5);
    const names = known.map(({ name }) => name);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('end in the base unit or, for what only grows, in _total', () => {
    const own = known.filter(({ name }) => name.startsWith('lazaret_'));
    const typeOf = (metric: object): string => metric.constructor.name;
    const bad = own.filter((one) => (typeOf(one) === 'Counter') !== one.name.endsWith('_total'));
    expect(bad.map(({ name }) => name)).toEqual([]);
    const slow = own.filter((one) => typeOf(one) === 'Histogram' && !one.name.endsWith('_seconds'));
    expect(slow.map(({ name }) => name)).toEqual([]);
  });
});
