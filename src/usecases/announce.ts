import type { File } from '../domain/file.js';
import type { DueRelease } from '../ports/backlog.js';
import type { EventBus } from '../ports/event-bus.js';

/** Wakes the relay and whoever watches the file. Called after the commit, and harmless if it is lost. */
export function announce(bus: EventBus, file: Pick<File, 'id' | 'tenantId'>): void {
  bus.wake({ kind: 'outbox' });
  announceProgress(bus, file);
}

/** Wakes whoever watches the quarantine of the tenant, and whoever sends the file out. */
export function announceRelease(
  bus: EventBus,
  { tenantId, fileId }: Pick<DueRelease, 'tenantId' | 'fileId'>,
): void {
  bus.wake({ kind: 'events', tenantId });
  announceProgress(bus, { tenantId, id: fileId });
}

/** Wakes whoever watches the file. */
export const announceProgress = (bus: EventBus, { id, tenantId }: Pick<File, 'id' | 'tenantId'>): void => {
  bus.wake({ kind: 'progress', tenantId, fileId: id });
};

/** After bytes of a file were entered. The relay has nothing to do where they have not moved it on to another state. */
export function announceBytes(bus: EventBus, file: Pick<File, 'id' | 'tenantId'>, hasMoved: boolean): void {
  if (hasMoved) announce(bus, file);
  else announceProgress(bus, file);
}
