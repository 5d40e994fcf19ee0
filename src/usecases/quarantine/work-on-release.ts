import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { parseFileId } from '../../domain/ids.js';
import type { Permission } from '../../domain/permissions.js';
import { transitionRelease, type Release, type ReleaseCommand } from '../../domain/release.js';
import { ok } from '../../domain/result.js';
import { entriesOfRelease } from '../../domain/saga-release.js';
import type { Clock } from '../../ports/clock.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore, FileTransaction } from '../../ports/file-store.js';
import { announceRelease } from '../announce.js';
import { idempotentlyAs, type AnswerCodec } from '../idempotent.js';

/** What working with releases needs. */
export interface ReleaseDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly settings: { readonly idempotencyTtlSeconds: number };
}

/** What happens to a release on behalf of somebody. */
interface ReleaseWork {
  readonly operation: string;
  readonly permission: Permission;
  readonly input: { readonly idempotencyKey?: string | undefined };
  readonly run: (tx: FileTransaction, at: Date) => Promise<Outcome<Release>>;
}

/** Runs work on a release: authorised, once for an idempotency key, and made known. */
export async function workOnRelease(
  { files, bus, clock, settings }: ReleaseDeps,
  actor: Actor,
  { operation, permission, input, run }: ReleaseWork,
): Promise<Outcome<Release>> {
  const allowed = authorise(actor, permission);
  if (!allowed.ok) return allowed;
  const request = { actor, operation, input, ttlSeconds: settings.idempotencyTtlSeconds };
  const outcome = await files.transact(actor, (tx) =>
    idempotentlyAs(RELEASE_CODEC, tx, request, () => run(tx, clock.now())),
  );
  if (outcome.ok) announceRelease(bus, { tenantId: actor.tenantId, fileId: outcome.value.fileId });
  return outcome;
}

/**
 * Decides by the rule book and writes what it says, in the caller's transaction. The file is locked first, as whoever
 * deletes it does, and only then the release.
 */
export async function applyToRelease(
  tx: FileTransaction,
  release: Release,
  command: ReleaseCommand,
  at: Date,
): Promise<Outcome<Release>> {
  await tx.findForUpdate(release.fileId);
  const next = transitionRelease(release, command, at);
  if (!next.ok) return next;
  if (await tx.changeRelease(release, next.value)) {
    await tx.logSteps(release.fileId, entriesOfRelease(next.value));
    return next;
  }
  return fault('CONFLICT', { message: 'The release was changed at the same time.' });
}

/** Finds a release by the id that a client sent; an id that is none is like one that is unknown. */
export async function findRelease(tx: FileTransaction, id: string): Promise<Outcome<Release>> {
  const release = parseFileId(id) && (await tx.findRelease(id));
  return release ? ok(release) : fault('NOT_FOUND');
}

type Frozen = Readonly<Record<'requestedAt' | 'expiresAt', string>> &
  Readonly<Record<'decidedAt' | 'endedAt', string | null>>;

const RELEASE_CODEC: AnswerCodec<Release> = {
  freeze: (release) => JSON.parse(JSON.stringify(release)) as unknown,
  thaw: (json) => {
    const release = json as Omit<Release, keyof Frozen> & Frozen;
    return {
      ...release,
      requestedAt: new Date(release.requestedAt),
      expiresAt: new Date(release.expiresAt),
      decidedAt: release.decidedAt === null ? null : new Date(release.decidedAt),
      endedAt: release.endedAt === null ? null : new Date(release.endedAt),
    };
  },
};
