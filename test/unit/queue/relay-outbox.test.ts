import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import type { FileState } from '../../../src/domain/file-state.js';
import type { InspectionJob } from '../../../src/ports/job-queue.js';
import type { Outbox, OutboxEntry } from '../../../src/ports/outbox.js';
import { relayOutbox } from '../../../src/usecases/relay-outbox.js';
import { makeFileId, makeTenantId } from '../../support/make-job.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';

const entry = (id: bigint, to: FileState = 'SCANNING'): OutboxEntry => ({
  id,
  tenantId: makeTenantId(),
  fileId: makeFileId(),
  from: null,
  to,
  priority: 'INTERACTIVE',
  attempt: 0,
  correlationId: `request-${String(id)}`,
});

/** An outbox that gives the same entries until they are marked, and fails to mark as often as it is told to. */
const memoryOutbox = (entries: OutboxEntry[], crashes = 0): Outbox => {
  let left = crashes;
  return {
    take: (limit) => Promise.resolve(entries.slice(0, limit)),
    markPublished: async (ids) => {
      if (left-- > 0) throw new TransientError('postgres', 'The database went away.');
      const marked = entries.filter(({ id }) => ids.includes(id)).map(({ id }) => id);
      entries.splice(0, entries.length, ...entries.filter(({ id }) => !ids.includes(id)));
      return marked;
    },
  };
};

const recordingQueue = (refuse: (job: InspectionJob) => boolean = () => false) => {
  const jobs: InspectionJob[] = [];
  const enqueueInspection = async (job: InspectionJob): Promise<void> => {
    if (refuse(job)) throw new TransientError('redis', 'The queue is down.');
    jobs.push(job);
  };
  return { jobs, enqueueInspection };
};

describe('relaying the outbox', () => {
  it('asks for an inspection of what is to be scanned, and of nothing else, in order', async () => {
    const entries = [entry(1n), entry(2n, 'CLEAN'), entry(3n), entry(4n, 'PENDING'), entry(5n)];
    const wanted = [entries[0], entries[2], entries[4]].map((item) => item?.fileId);
    const queue = recordingQueue();
    const report = await relayOutbox({ outbox: memoryOutbox(entries), queue, bus: createMemoryEventBus() })();
    expect(queue.jobs.map((job) => job.fileId)).toEqual(wanted);
    expect(report).toMatchObject({ published: 5, leftToSweeper: 0, isFull: false });
  });

  it('hands correlation, trace, priority and attempt on to the job', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const queued = { ...entry(7n), attempt: 4, priority: 'BULK' as const, traceparent };
    const queue = recordingQueue();
    await relayOutbox({ outbox: memoryOutbox([queued]), queue, bus: createMemoryEventBus() })();
    const { id: _id, from: _from, to: _to, ...job } = queued;
    expect(queue.jobs).toEqual([job]);
  });

  it('wakes each tenant and each file once', async () => {
    const first = entry(1n, 'PENDING');
    const again = { ...first, id: 2n, to: 'RECEIVING' as const };
    const bus = createMemoryEventBus();
    await relayOutbox({ outbox: memoryOutbox([first, again]), queue: recordingQueue(), bus })();
    const { tenantId, fileId } = first;
    expect(bus.woken).toEqual([
      { kind: 'events', tenantId },
      { kind: 'progress', tenantId, fileId },
    ]);
  });

  it('publishes, wakes and goes on while the queue is down; the sweeper asks instead', async () => {
    const entries = [entry(1n), entry(2n, 'CLEAN')];
    const bus = createMemoryEventBus();
    const queue = recordingQueue(() => true);
    const report = await relayOutbox({ outbox: memoryOutbox(entries), queue, bus })();
    expect(report).toMatchObject({ published: 2, leftToSweeper: 1, cause: { dependency: 'redis' } });
    expect(bus.woken).toHaveLength(4);
    expect(entries).toEqual([]);
  });

  it('lets the refusal of one job not touch the others', async () => {
    const entries = [entry(1n), entry(2n), entry(3n)];
    const refused = entries[1]?.fileId;
    const queue = recordingQueue((job) => job.fileId === refused);
    const report = await relayOutbox({ outbox: memoryOutbox(entries), queue, bus: createMemoryEventBus() })();
    expect(queue.jobs).toHaveLength(2);
    expect(report.leftToSweeper).toBe(1);
  });

  it('does everything again after a crash before the mark, and nothing after it', async () => {
    const entries = [entry(1n), entry(2n)];
    const ids = entries.map((item) => item.fileId);
    const queue = recordingQueue();
    const bus = createMemoryEventBus();
    const relay = relayOutbox({ outbox: memoryOutbox(entries, 1), queue, bus });
    await expect(relay()).rejects.toBeInstanceOf(TransientError);
    await relay();
    expect(queue.jobs.map((job) => job.fileId)).toEqual([...ids, ...ids]);
    expect(bus.woken).toHaveLength(8);
    expect(await relay()).toEqual({ published: 0, changes: [], leftToSweeper: 0, isFull: false });
    expect(queue.jobs).toHaveLength(4);
  });

  it('names each change once, however many relays have published it', async () => {
    const mine = entry(1n);
    const theirs = entry(2n, 'CLEAN');
    const outbox = { ...memoryOutbox([mine, theirs]), markPublished: () => Promise.resolve([mine.id]) };
    const report = await relayOutbox({ outbox, queue: recordingQueue(), bus: createMemoryEventBus() })();
    expect(report).toMatchObject({ published: 2, changes: [{ from: null, to: 'SCANNING' }] });
  });

  it('says when a run was full, so that the next one follows at once', async () => {
    const entries = [entry(1n), entry(2n), entry(3n)];
    const deps = {
      outbox: memoryOutbox(entries),
      queue: recordingQueue(),
      bus: createMemoryEventBus(),
      limit: 2,
    };
    expect((await relayOutbox(deps)()).isFull).toBe(true);
    expect((await relayOutbox(deps)()).isFull).toBe(false);
    expect(entries).toEqual([]);
  });
});
