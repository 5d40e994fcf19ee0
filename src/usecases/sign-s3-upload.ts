import { authorise, type Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import { parseFileId } from '../domain/ids.js';
import { ok } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { FileStore } from '../ports/file-store.js';
import type { UrlSigner } from '../ports/url-signer.js';

/** Where an upload can be run in the manner of S3. */
export interface SignedS3Upload {
  readonly url: string;
  readonly expiresAt: Date;
}

/** What signing an upload needs. */
export interface SignS3UploadDeps {
  readonly files: FileStore;
  readonly clock: Clock;
  readonly urls: UrlSigner;
  readonly settings: { readonly partUrlTtlSeconds: number };
}

/**
 * Gives out a URL under which a client that speaks S3 lists the parts of one upload, completes it or gives it
 * up. It ends as part URLs do, and it is also given for an upload that is over: whoever lost the answer to a
 * completion asks again.
 *
 * @returns NOT_FOUND
 */
export const signS3Upload =
  ({ files, clock, urls, settings }: SignS3UploadDeps) =>
  async (actor: Actor, input: { readonly fileId: string }): Promise<Outcome<SignedS3Upload>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const fileId = parseFileId(input.fileId);
    const file = fileId && (await files.transact(actor, (tx) => tx.find(fileId)));
    if (!file) return fault('NOT_FOUND');
    const expiresAt = new Date(clock.now().getTime() + settings.partUrlTtlSeconds * 1000);
    const grant = { tenantId: actor.tenantId, fileId: file.id, subject: actor.subject };
    return ok({ url: await urls.s3UploadUrl(grant, expiresAt), expiresAt });
  };
