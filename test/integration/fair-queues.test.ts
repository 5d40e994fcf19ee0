import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { Database } from '../../src/adapters/postgres/database.js';
import { createFileStore } from '../../src/adapters/postgres/file-store.js';
import { createWaitingRoom } from '../../src/adapters/postgres/waiting-room.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { unscannable } from '../../src/domain/decide.js';
import type { FileStore } from '../../src/ports/file-store.js';
import type { InspectionJob } from '../../src/ports/job-queue.js';
import { handOut } from '../../src/usecases/hand-out.js';
import { createHandOutWorker, type HandOutWorker } from '../../workers/hand-out.worker.js';
import { createTestDatabase, openDatabase, type TestDatabase } from '../support/database.js';
import { flood } from '../support/flood.js';
import { createMemoryEventBus } from '../support/memory-event-bus.js';
import { openInspectionQueue, type OpenInspectionQueue } from '../support/open-inspection-queue.js';
import { ACME, after, GLOBEX, storeWaitingFile } from '../support/stored-files.js';

const FLOOD = 100_000;
const WINDOW = 16;
const TENANTS = 2;
/** As docs/decisions/0021 has it: what is in the queue, and what a run hands out that was under way. */
const BOUND = 2 * WINDOW + TENANTS - 1;

describe('a tenant with 100,000 inspections', () => {
  const bus = createMemoryEventBus();
  /** Tenants of the inspections that began, in order. */
  const begun: string[] = [];
  let urls: TestDatabase;
  let database: Database;
  let store: FileStore;
  let open: OpenInspectionQueue;
  let handing: HandOutWorker;

  beforeAll(async () => {
    urls = await createTestDatabase();
    await flood(urls.ownerUrl, ACME, FLOOD);
    database = openDatabase(urls.systemUrl);
    store = createFileStore(database);
    open = await openInspectionQueue(inject('services').redisUrl, randomUUID());
    const waitingRoom = createWaitingRoom(database);
    const clock = createSystemClock();
    const logger = pino({ level: 'silent' });
    const hand = handOut({ waitingRoom, queue: open.queue, window: WINDOW });
    handing = createHandOutWorker({ handOut: hand, bus, clock, logger });
    await handing.start?.(new AbortController().signal);
    open.work(inspect);
    open.work(inspect);
  });
  afterAll(async () => {
    await handing.stop?.(new AbortController().signal);
    await open.close();
    await database.close();
    await urls.drop();
  });

  /** Decides without having looked, which is all that the order of the queue needs. */
  const inspect = async ({ tenantId, fileId }: InspectionJob): Promise<void> => {
    const scope = { ...ACME, tenantId };
    const file = await store.transact(scope, (tx) => tx.beginInspection(fileId, 60_000));
    if (!file) return;
    begun.push(tenantId);
    handing.onRoom();
    const scanner = { engine: '', definitionsVersion: '', scannedBytes: 0, decidedAt: new Date() };
    const verdict = { ...unscannable('INSPECTION_FAILED', 'Nobody looked.'), ...scanner };
    const nothing = { sha256: null, detectedType: null, vaultKey: null };
    const decided = after(file, { kind: 'decide', verdict, ...nothing });
    expect(await store.transact(scope, (tx) => tx.change(file, decided))).toBe('written');
  };
  const hasBegun = (count: number): Promise<void> =>
    vi.waitFor(() => expect(begun.length).toBeGreaterThanOrEqual(count), { timeout: 30_000, interval: 5 });

  it('fills no more of the queue than the window', async () => {
    await hasBegun(50);
    expect((await open.queue.counts()).waiting).toBeLessThanOrEqual(WINDOW);
  });

  it('delays the first inspection of another tenant by no more than the stated number of its own', async () => {
    const newcomer = await storeWaitingFile(store, GLOBEX);
    const before = begun.length;
    bus.wake({ kind: 'outbox' });
    await vi.waitFor(() => expect(begun).toContain(newcomer.tenantId), { timeout: 30_000, interval: 5 });
    expect(begun.indexOf(newcomer.tenantId) - before).toBeLessThanOrEqual(BOUND);
  });

  it('gets its share, and no more, while another tenant has thousands as well', async () => {
    await flood(urls.ownerUrl, GLOBEX, 1_000);
    bus.wake({ kind: 'outbox' });
    // What stood in the queue before comes first.
    const from = begun.length + BOUND;
    await hasBegun(from + 120);
    const share = begun.slice(from, from + 120).filter((tenantId) => tenantId === ACME.tenantId).length;
    expect(share).toBeGreaterThan(60 - WINDOW);
    expect(share).toBeLessThan(60 + WINDOW);
  });

  it('costs whoever hands out no look at every one of them', async () => {
    const plan = await database.transaction({ kind: 'system' }, async ({ sql }) => {
      const { sql: statement } = await import('drizzle-orm');
      const rows = await sql.execute<Record<'QUERY PLAN', string>>(
        statement`explain select tenant_id from files where state = 'SCANNING' and queue_number is null
          and (tenant_id, priority) > (${ACME.tenantId}::uuid, 'BULK') order by tenant_id, priority limit 1`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/Index.* using files_waiting/u);
    expect(plan).toMatch(/Index Cond: /u);
  });
});
