import type { Actor } from '../../domain/actor.js';
import type { Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { isReadable } from '../../domain/quarantine.js';
import { isInForce } from '../../domain/release.js';
import { ok } from '../../domain/result.js';
import type { Clock } from '../../ports/clock.js';
import type { FileStore } from '../../ports/file-store.js';
import type { UrlSigner } from '../../ports/url-signer.js';

/** What giving out the URL of a released file needs. */
export interface ReleasedUrlDeps {
  readonly files: FileStore;
  readonly clock: Clock;
  readonly urls: UrlSigner;
}

/**
 * A URL for infected content that is released, for whoever may have it then; it ends with the release. Whoever may not
 * learns nothing of a release.
 *
 * @returns `undefined` where there is none to give
 */
export async function releasedUrl(
  { files, clock, urls }: ReleasedUrlDeps,
  actor: Actor,
  file: File,
  wanted: Date,
): Promise<Outcome<{ readonly url: string; readonly expiresAt: Date }> | undefined> {
  if (!actor.permissions.has('quarantine:download-released')) return undefined;
  const { held, release } = await files.transact(actor, async (tx) => ({
    held: await tx.findQuarantine(file.id),
    release: await tx.latestRelease(file.id),
  }));
  const now = clock.now();
  if (!held || !isReadable(held, now) || !release || !isInForce(release, now)) return undefined;
  const expiresAt = wanted < release.expiresAt ? wanted : release.expiresAt;
  const { tenantId, subject } = actor;
  const grant = { tenantId, subject, fileId: file.id, releaseId: release.id };
  return ok({ url: await urls.releasedUrl(grant, expiresAt), expiresAt });
}
