import type { FileId, TenantId } from './ids.js';

/** Why quarantined content is gone. */
export type RemovalCause =
  /** Its time was over. */
  | 'RETENTION'
  /** Somebody deleted the file. */
  | 'DELETED'
  /** There was nothing to move into the quarantine. */
  | 'LOST';

/** Where the content of an infected file is. */
export const CONTENT_STATES = ['MOVING', 'HELD', 'REMOVED'] as const;

/** Where the content of an infected file is: on its way into the quarantine area, there, or gone. */
export type ContentState = (typeof CONTENT_STATES)[number];

/** That a file is quarantined. */
export interface Quarantine {
  readonly fileId: FileId;
  readonly tenantId: TenantId;
  readonly quarantinedAt: Date;
  /** Key of the sealed copy that the content has to be taken from; `null` where it was staged. */
  readonly sourceKey: string | null;
  /** When the content had arrived in the quarantine area. */
  readonly heldAt: Date | null;
  /** Until when the content is kept; known once it is held. */
  readonly retainedUntil: Date | null;
  readonly removedAt: Date | null;
  readonly removalCause: RemovalCause | null;
}

/** Where the content is. */
export function contentStateOf({
  heldAt,
  removedAt,
}: Pick<Quarantine, 'heldAt' | 'removedAt'>): ContentState {
  if (removedAt !== null) return 'REMOVED';
  return heldAt === null ? 'MOVING' : 'HELD';
}

/** What can be read of a quarantine: content that is held, and whose time is not over. */
export const isReadable = (quarantine: Quarantine, at: Date): boolean =>
  contentStateOf(quarantine) === 'HELD' && quarantine.retainedUntil !== null && at < quarantine.retainedUntil;
