import type { FileId, TenantId } from '../domain/ids.js';
import type { EventBus, Topic } from '../ports/event-bus.js';
import type { Outbox, OutboxEntry } from '../ports/outbox.js';

/** What relaying needs. */
export interface RelayOutboxDeps {
  readonly outbox: Outbox;
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
  /** Whether there may be more right now. */
  readonly isFull: boolean;
}

const DEFAULT_LIMIT = 100;

/**
 * Makes committed changes known: numbers them, wakes who waits for them, and marks them as published. Each
 * step can be repeated, so that a crash between two of them repeats and never loses. What has to be inspected is handed
 * out from the files themselves (`hand-out.ts`), so that no queue which is down holds up the history of a tenant.
 *
 * @throws TransientError when the database is away
 */
export const relayOutbox =
  ({ outbox, bus, limit = DEFAULT_LIMIT }: RelayOutboxDeps) =>
  async (): Promise<RelayReport> => {
    const entries = await outbox.take(limit);
    if (entries.length === 0) return { published: 0, changes: [], isFull: false };
    // Taken entries have their numbers already: whoever is woken now reads them.
    for (const topic of topicsOf(entries)) bus.wake(topic);
    const marked = new Set(await outbox.markPublished(entries.map((entry) => entry.id)));
    return {
      published: entries.length,
      changes: entries.filter(({ id }) => marked.has(id)).map(({ from, to }) => ({ from, to })),
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
