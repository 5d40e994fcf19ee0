import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { TransientError } from '../../../src/domain/errors.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import type { InspectionOutcome } from '../../../src/usecases/inspect-file.js';
import { createByteBudget } from '../../../src/usecases/inspection/byte-budget.js';
import type { RelayReport } from '../../../src/usecases/relay-outbox.js';
import { createInspectionHandler } from '../../../workers/inspection.worker.js';
import { createRelayWorker } from '../../../workers/relay.worker.js';
import { createSweepWorker } from '../../../workers/sweep.worker.js';
import { makeJob } from '../../support/make-job.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';

const logger = pino({ level: 'silent' });
const clock = createSystemClock();
const NOTHING: RelayReport = { published: 0, changes: [], isFull: false };
const never = new AbortController().signal;

describe('the inspection handler', () => {
  const handle = async (outcome: InspectionOutcome) => {
    const onRoom = vi.fn();
    const metrics = createMetrics();
    const inspect = vi.fn(async () => outcome);
    const job = makeJob();
    const rescan = async () => expect.fail('Nobody asked to examine anything again.');
    const byteBudget = createByteBudget(1);
    const gate = { pass: async () => true };
    const storeRoom = { take: async () => () => undefined };
    const deps = { inspect, rescan, onRoom, gate, storeRoom, byteBudget, metrics, logger };
    await createInspectionHandler(deps)(job, never);
    expect(inspect.mock.calls).toEqual([[job, never, onRoom]]);
    return { onRoom, metrics };
  };

  it('tells that the queue has room for another when an inspection was put back', async () => {
    const cause = new Error('no scanner');
    const { onRoom } = await handle({ kind: 'postponed', attempt: 2, delayMs: 700, cause });
    expect(onRoom).toHaveBeenCalledTimes(1);
  });

  it('shows a decision in the metrics', async () => {
    const verdict: Verdict = {
      outcome: 'INFECTED',
      reason: 'MALWARE',
      findings: [],
      engine: 'ClamAV',
      definitionsVersion: '1',
      scannedBytes: 68,
      decidedAt: new Date(0),
    };
    const { metrics } = await handle({ kind: 'decided', verdict, durationMs: 1_500 });
    const text = await metrics.registry.metrics();
    expect(text).toContain('lazaret_verdicts_total{outcome="INFECTED"} 1');
    expect(text).toContain('lazaret_scanned_bytes_total 68');
    expect(text).toContain('lazaret_scan_duration_seconds_sum{outcome="INFECTED"} 1.5');
  });

  it.each([{ kind: 'not-due' } as const, { kind: 'fenced' } as const])(
    'leaves everything alone after $kind',
    async (outcome) => {
      const { metrics } = await handle(outcome);
      expect(await metrics.registry.metrics()).not.toMatch(/lazaret_verdicts_total\{/u);
    },
  );
});

describe('the relay worker', () => {
  const run = async (relay: () => Promise<RelayReport>, during: () => Promise<void> | void) => {
    const bus = createMemoryEventBus();
    const worker = createRelayWorker({ relay, bus, clock, metrics: createMetrics(), logger });
    await worker.start?.(new AbortController().signal);
    try {
      await during();
    } finally {
      await worker.stop?.(never);
    }
    return bus;
  };

  it('relays at once when something was committed', async () => {
    const bus = createMemoryEventBus();
    const relay = vi.fn(async () => NOTHING);
    const worker = createRelayWorker({ relay, bus, clock, metrics: createMetrics(), logger });
    await worker.start?.(new AbortController().signal);
    await vi.waitFor(() => expect(relay).toHaveBeenCalledTimes(1));
    const startedAt = performance.now();
    bus.wake({ kind: 'outbox' });
    await vi.waitFor(() => expect(relay).toHaveBeenCalledTimes(2), { interval: 5 });
    expect(performance.now() - startedAt).toBeLessThan(300);
    await worker.stop?.(never);
  });

  it('relays within its interval also when no wake-up ever comes', async () => {
    const relay = vi.fn(async () => NOTHING);
    await run(relay, () =>
      vi.waitFor(() => expect(relay.mock.calls.length).toBeGreaterThan(2), { timeout: 3_000 }),
    );
  });

  it('counts every change of state by where it came from and where it led', async () => {
    const changes: RelayReport['changes'] = [
      { from: null, to: 'PENDING' },
      { from: 'SCANNING', to: 'CLEAN' },
    ];
    const metrics = createMetrics();
    const relay = vi.fn(async () => NOTHING).mockResolvedValueOnce({ ...NOTHING, published: 2, changes });
    const bus = createMemoryEventBus();
    const worker = createRelayWorker({ relay, bus, clock, metrics, logger });
    await worker.start?.(new AbortController().signal);
    await vi.waitFor(() => expect(relay).toHaveBeenCalled());
    await worker.stop?.(never);
    const text = await metrics.registry.metrics();
    expect(text).toContain('lazaret_upload_transitions_total{from="NONE",to="PENDING"} 1');
    expect(text).toContain('lazaret_upload_transitions_total{from="SCANNING",to="CLEAN"} 1');
  });

  it('goes on at once while runs are full', async () => {
    let left = 50;
    const relay = vi.fn(async () => ({ ...NOTHING, isFull: left-- > 0 }));
    const startedAt = performance.now();
    await run(relay, () => vi.waitFor(() => expect(left).toBeLessThan(0), { interval: 5 }));
    expect(performance.now() - startedAt).toBeLessThan(450);
  });

  it('goes on after failures', async () => {
    let failures = 2;
    const relay = vi.fn(async () => {
      if (failures-- > 0) throw new TransientError('postgres', 'The database is away.');
      return NOTHING;
    });
    await run(relay, () => vi.waitFor(() => expect(failures).toBeLessThan(0), { timeout: 5_000 }));
  });

  it('ends its run before it stops, and leaves the bus', async () => {
    const slow = Promise.withResolvers<RelayReport>();
    let hasEnded = false;
    const relay = vi.fn(() => slow.promise.finally(() => (hasEnded = true)));
    const bus = await run(relay, async () => {
      await vi.waitFor(() => expect(relay).toHaveBeenCalled());
      setTimeout(slow.resolve, 20, NOTHING);
    });
    expect(hasEnded).toBe(true);
    await vi.waitFor(() => expect(bus.channelCount()).toBe(0));
    expect(relay).toHaveBeenCalledTimes(1);
  });
});

describe('the sweep worker', () => {
  it('sweeps at once and then at intervals, also after a run that failed', async () => {
    const sweep = vi.fn(async () => Promise.reject(new Error('unforeseen')));
    const worker = createSweepWorker({ sweep, sweepQuarantine: vi.fn(), clock, logger, intervalMs: 10 });
    await worker.start?.(new AbortController().signal);
    await vi.waitFor(() => expect(sweep.mock.calls.length).toBeGreaterThan(3));
    await worker.stop?.(never);
    const runs = sweep.mock.calls.length;
    await clock.sleep(40);
    expect(sweep).toHaveBeenCalledTimes(runs);
  });
});
