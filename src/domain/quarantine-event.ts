import type { FileId } from './ids.js';

/** What can happen in a quarantine. */
export const QUARANTINE_EVENT_KINDS = [
  'QUARANTINED',
  'RELEASE_REQUESTED',
  'RELEASE_APPROVED',
  'RELEASE_REFUSED',
  'RELEASE_ENDED',
  'CONTENT_REMOVED',
  'RELEASED_DOWNLOAD',
  'FORENSIC_DOWNLOAD',
] as const;

/** What can happen in a quarantine. */
export type QuarantineEventKind = (typeof QUARANTINE_EVENT_KINDS)[number];

/** Of these the service has to tell; everything else is recorded with the change itself. */
export type DownloadKind = Extract<QuarantineEventKind, 'RELEASED_DOWNLOAD' | 'FORENSIC_DOWNLOAD'>;

/** One entry of the history of a tenant's quarantine. */
export interface QuarantineEvent {
  /** Position in that history: 1, 2, 3 ... without gaps. */
  readonly sequence: number;
  readonly kind: QuarantineEventKind;
  readonly fileId: FileId;
  readonly releaseId: string | null;
  /** Who did it. */
  readonly subject: string;
  /** As it was written down, where there was one. */
  readonly reason: string | null;
  /** Of the release: when it ends by itself. */
  readonly expiresAt: Date | null;
  /** Why a release ended, or content was removed. */
  readonly cause: string | null;
  readonly occurredAt: Date;
  readonly correlationId: string;
}
