import type { FileId, TenantId } from '../domain/ids.js';
import type { EventBus, Topic } from '../ports/event-bus.js';
import type { InspectionJob, JobQueue } from '../ports/job-queue.js';
import type { Outbox, OutboxEntry } from '../ports/outbox.js';

/** What relaying needs. */
export interface RelayOutboxDeps {
  readonly outbox: Outbox;
  readonly queue: JobQueue;
  readonly bus: EventBus;
  /** Most entries of one run. @default 100 */
  readonly limit?: number;
}

/** What one run came to. */
export interface RelayReport {
  /** Entries that were numbered and published. */
  readonly published: number;
  /** Changes that no other run has published; over all runs, each change once. */
  readonly changes: readonly Pick<OutboxEntry, 'from' | 'to'>[];
  /** Inspections that the queue did not take; the sweeper finds them in the database. */
  readonly leftToSweeper: number;
  /** Why not, from the first of them. */
  readonly cause?: unknown;
  /** Whether there may be more right now. */
  readonly isFull: boolean;
}

const DEFAULT_LIMIT = 100;

/**
 * Makes committed changes known: numbers them, wakes who waits for them, asks for inspections, and marks
 * them as published. Each step can be repeated, so that a crash between two of them repeats and never loses.
 *
 * A queue that is down holds nothing up: its part is left to the sweeper, which reads from the database what
 * has to be inspected. If entries waited for the queue instead, one missing Redis would stop the history of
 * every tenant.
 *
 * @throws TransientError when the database is away
 */
export const relayOutbox =
  ({ outbox, queue, bus, limit = DEFAULT_LIMIT }: RelayOutboxDeps) =>
  async (): Promise<RelayReport> => {
    const entries = await outbox.take(limit);
    if (entries.length === 0) return { published: 0, changes: [], leftToSweeper: 0, isFull: false };
    // Taken entries have their numbers already: whoever is woken now reads them.
    for (const topic of topicsOf(entries)) bus.wake(topic);
    const refusals = await enqueueAll(queue, entries);
    const marked = new Set(await outbox.markPublished(entries.map((entry) => entry.id)));
    return {
      published: entries.length,
      changes: entries.filter(({ id }) => marked.has(id)).map(({ from, to }) => ({ from, to })),
      leftToSweeper: refusals.length,
      ...(refusals.length > 0 ? { cause: refusals[0]?.reason as unknown } : {}),
      isFull: entries.length >= limit,
    };
  };

/** Each tenant and each file once, in the order of their first change. */
function topicsOf(entries: readonly OutboxEntry[]): Topic[] {
  const tenants = new Set<TenantId>();
  const files = new Map<FileId, TenantId>();
  for (const { tenantId, fileId } of entries) {
    tenants.add(tenantId);
    files.set(fileId, tenantId);
  }
  return [
    ...[...tenants].map((tenantId): Topic => ({ kind: 'events', tenantId })),
    ...[...files].map(([fileId, tenantId]): Topic => ({ kind: 'progress', tenantId, fileId })),
  ];
}

/** Starts the calls in the order of the outbox and waits for all: at most `limit` are under way. */
async function enqueueAll(
  queue: JobQueue,
  entries: readonly OutboxEntry[],
): Promise<PromiseRejectedResult[]> {
  const jobs = entries.filter((entry) => entry.to === 'SCANNING').map(jobOf);
  const results = await Promise.allSettled(jobs.map((job) => queue.enqueueInspection(job)));
  return results.filter((result) => result.status === 'rejected');
}

const jobOf = (entry: OutboxEntry): InspectionJob => ({
  tenantId: entry.tenantId,
  fileId: entry.fileId,
  attempt: entry.attempt,
  priority: entry.priority,
  correlationId: entry.correlationId,
  ...(entry.traceparent === undefined ? {} : { traceparent: entry.traceparent }),
});
