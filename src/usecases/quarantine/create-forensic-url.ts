import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { parseFileId } from '../../domain/ids.js';
import { isReadable } from '../../domain/quarantine.js';
import { ok } from '../../domain/result.js';
import type { Clock } from '../../ports/clock.js';
import type { FileStore } from '../../ports/file-store.js';
import type { UrlSigner } from '../../ports/url-signer.js';
import { FORENSIC_PASSWORD, type ZipEncryption } from '../../domain/zip-encryption.js';

/** Longest life of a forensic URL. */
const MAX_TTL_SECONDS = 3_600;

/** Which file, how to lock it, and for how long the URL is good. */
export interface CreateForensicUrlInput {
  readonly fileId: string;
  readonly encryption: ZipEncryption;
  /** 1 to 3,600. */
  readonly ttlSeconds: number;
}

/** A URL that serves infected content in a zip with a password. */
export interface ForensicUrl {
  readonly url: string;
  readonly expiresAt: Date;
  readonly password: string;
}

/**
 * Gives out a short-lived URL for the content of an infected file, locked in a zip.
 *
 * @returns NOT_FOUND; FILE_NOT_AVAILABLE unless its content is held; BAD_USER_INPUT for a ttl out of range
 */
export const createForensicUrl =
  ({ files, clock, urls }: { readonly files: FileStore; readonly clock: Clock; readonly urls: UrlSigner }) =>
  async (actor: Actor, input: CreateForensicUrlInput): Promise<Outcome<ForensicUrl>> => {
    const allowed = authorise(actor, 'quarantine:download');
    if (!allowed.ok) return allowed;
    const { ttlSeconds, encryption } = input;
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) {
      const message = `A forensic URL lives from 1 to ${String(MAX_TTL_SECONDS)} seconds.`;
      return fault('BAD_USER_INPUT', { message, field: 'ttlSeconds' });
    }
    const fileId = parseFileId(input.fileId);
    if (!fileId) return fault('NOT_FOUND');
    const { file, held } = await files.transact(actor, async (tx) => ({
      file: await tx.find(fileId),
      held: await tx.findQuarantine(fileId),
    }));
    if (!file) return fault('NOT_FOUND');
    const now = clock.now();
    if (file.state !== 'INFECTED' || !held || !isReadable(held, now)) {
      const message = 'Only infected content that is held in the quarantine can be had in this way.';
      return fault('FILE_NOT_AVAILABLE', { message });
    }
    const expiresAt = new Date(now.getTime() + ttlSeconds * 1000);
    const grant = { tenantId: actor.tenantId, fileId, subject: actor.subject, encryption };
    return ok({ url: await urls.forensicUrl(grant, expiresAt), expiresAt, password: FORENSIC_PASSWORD });
  };
