import { fault, type Outcome } from './errors.js';
import type { FileId, TenantId } from './ids.js';
import { ok } from './result.js';

/** Where a request to let infected content out stands. */
export const RELEASE_STATUSES = ['REQUESTED', 'APPROVED', 'REFUSED', 'ENDED'] as const;

/** Where a request to let infected content out stands. */
export type ReleaseStatus = (typeof RELEASE_STATUSES)[number];

/** Why a release ended: its time, a person, a later finding in the same content, or the content is gone. */
export type EndCause = 'EXPIRED' | 'REVOKED' | 'HIT' | 'REMOVED';

/** A request to let infected content out for a while, and what became of it. The file stays INFECTED. */
export interface Release {
  /** UUIDv7. */
  readonly id: string;
  readonly tenantId: TenantId;
  readonly fileId: FileId;
  /** Grows by one with every change of status. */
  readonly version: number;
  readonly status: ReleaseStatus;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  /** When it ends by itself, decided or not. */
  readonly expiresAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly decisionReason: string | null;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  readonly endCause: EndCause | null;
  readonly endReason: string | null;
  /** Definitions that the content was last examined with. */
  readonly definitionsVersion: string;
}

/** What can happen to a release. */
export type ReleaseCommand =
  | { readonly kind: 'approve'; readonly by: string; readonly reason: string | null }
  | { readonly kind: 'refuse'; readonly by: string; readonly reason: string }
  | { readonly kind: 'end'; readonly by: string; readonly cause: EndCause; readonly reason: string | null };

/** Whether it waits for a decision or lets content out; a file has at most one of these. */
export const isOpenRelease = ({ status }: Pick<Release, 'status'>): boolean =>
  status === 'REQUESTED' || status === 'APPROVED';

/** Whether it lets content out at this moment. Asked at every request: nothing waits for a sweeper. */
export const isInForce = ({ status, expiresAt }: Pick<Release, 'status' | 'expiresAt'>, at: Date): boolean =>
  status === 'APPROVED' && at < expiresAt;

/**
 * The only rule book of a release: what the command makes of it, or why it may not.
 *
 * @returns FORBIDDEN when who asked decides, whatever their roles; CONFLICT when the status does not allow it
 */
export function transitionRelease(release: Release, command: ReleaseCommand, at: Date): Outcome<Release> {
  switch (command.kind) {
    case 'approve':
      if (at >= release.expiresAt) return refuse('The time that was asked for is over.');
      return decide(release, 'APPROVED', command, at);
    case 'refuse':
      return decide(release, 'REFUSED', command, at);
    case 'end':
      return end(release, command, at);
  }
}

function decide(
  release: Release,
  status: 'APPROVED' | 'REFUSED',
  { by, reason }: { readonly by: string; readonly reason: string | null },
  at: Date,
): Outcome<Release> {
  if (by === release.requestedBy) {
    return fault('FORBIDDEN', { message: 'Who asks for a release never decides on it.' });
  }
  if (release.status !== 'REQUESTED') return refuse(`The release is ${release.status}.`);
  return ok(next(release, { status, decidedBy: by, decidedAt: at, decisionReason: reason }));
}

function end(release: Release, command: ReleaseCommand & { kind: 'end' }, at: Date): Outcome<Release> {
  if (!isOpenRelease(release)) return refuse(`The release is ${release.status}.`);
  const { by, cause, reason } = command;
  if (cause === 'EXPIRED' && at < release.expiresAt) return refuse('The release has not expired.');
  return ok(next(release, { status: 'ENDED', endedBy: by, endedAt: at, endCause: cause, endReason: reason }));
}

const next = (release: Release, change: Partial<Release>): Release => ({
  ...release,
  ...change,
  version: release.version + 1,
});

const refuse = (message: string): ReturnType<typeof fault> => fault('CONFLICT', { message });
