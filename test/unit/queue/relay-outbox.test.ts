import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import type { FileState } from '../../../src/domain/file-state.js';
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

describe('relaying the outbox', () => {
  it('wakes each tenant and each file once', async () => {
    const first = entry(1n, 'PENDING');
    const again = { ...first, id: 2n, to: 'RECEIVING' as const };
    const bus = createMemoryEventBus();
    await relayOutbox({ outbox: memoryOutbox([first, again]), bus })();
    const { tenantId, fileId } = first;
    expect(bus.woken).toEqual([
      { kind: 'events', tenantId },
      { kind: 'progress', tenantId, fileId },
    ]);
  });

  it('does everything again after a crash before the mark, and nothing after it', async () => {
    const entries = [entry(1n), entry(2n)];
    const bus = createMemoryEventBus();
    const relay = relayOutbox({ outbox: memoryOutbox(entries, 1), bus });
    await expect(relay()).rejects.toBeInstanceOf(TransientError);
    await relay();
    expect(bus.woken).toHaveLength(8);
    expect(await relay()).toEqual({ published: 0, changes: [], isFull: false });
  });

  it('names each change once, however many relays have published it', async () => {
    const mine = entry(1n);
    const theirs = entry(2n, 'CLEAN');
    const outbox = { ...memoryOutbox([mine, theirs]), markPublished: () => Promise.resolve([mine.id]) };
    const report = await relayOutbox({ outbox, bus: createMemoryEventBus() })();
    expect(report).toMatchObject({ published: 2, changes: [{ from: null, to: 'SCANNING' }] });
  });

  it('says when a run was full, so that the next one follows at once', async () => {
    const entries = [entry(1n), entry(2n), entry(3n)];
    const deps = {
      outbox: memoryOutbox(entries),
      bus: createMemoryEventBus(),
      limit: 2,
    };
    expect((await relayOutbox(deps)()).isFull).toBe(true);
    expect((await relayOutbox(deps)()).isFull).toBe(false);
    expect(entries).toEqual([]);
  });
});
