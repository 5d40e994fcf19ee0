import type { File } from '../domain/file.js';
import type { EventBus } from '../ports/event-bus.js';

/** Wakes the relay and whoever watches the file. Called after the commit, and harmless if it is lost. */
export function announce(bus: EventBus, file: Pick<File, 'id' | 'tenantId'>): void {
  bus.wake({ kind: 'outbox' });
  announceProgress(bus, file);
}

/** Wakes whoever watches the file. */
export const announceProgress = (bus: EventBus, { id, tenantId }: Pick<File, 'id' | 'tenantId'>): void => {
  bus.wake({ kind: 'progress', tenantId, fileId: id });
};
