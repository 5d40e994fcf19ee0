import { authorise, type Actor } from '../domain/actor.js';
import { fault, PermanentError, TransientError, type Outcome } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import type { File, TransferMode } from '../domain/file.js';
import { parseFileId } from '../domain/ids.js';
import { countParts, partSizeAt } from '../domain/parts.js';
import { ok } from '../domain/result.js';
import type { FileTransaction } from '../ports/file-store.js';
import type { DirectTransfer, ObjectStore } from '../ports/object-store.js';
import type { UrlSigner } from '../ports/url-signer.js';
import { lookAtDirect } from './direct/follow-direct.js';
import { isSettling, type ReconcileDeps } from './direct/reconcile-parts.js';
import { tellPartSize } from './tell-part-size.js';

/** Most parts that one request may ask for. */
const MAX_PARTS_PER_REQUEST = 1_000;
const SHA256 = /^[0-9a-f]{64}$/;

/** One part that a client is about to send. */
export interface PartToSign {
  readonly partNumber: number;
  /** If given, other bytes are refused. 64 lower-case hexadecimal digits. */
  readonly sha256?: string | undefined;
}

/** Which parts of which file. */
export interface SignUploadPartsInput {
  readonly fileId: string;
  readonly parts: readonly PartToSign[];
  /** Which way the parts are to go. @default as the upload was created */
  readonly transport?: TransferMode | undefined;
}

/** Where and how to send one part. */
export interface SignedPart {
  readonly partNumber: number;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly expiresAt: Date;
}

/** What signing parts needs. */
export interface SignUploadPartsDeps extends ReconcileDeps {
  readonly urls: UrlSigner;
  readonly settings: { readonly partUrlTtlSeconds: number };
}

/**
 * Gives out URLs that take the bytes of single parts, in any order and in parallel.
 *
 * @returns NOT_FOUND, BAD_USER_INPUT; CONFLICT when the upload is over, or the store has lost it
 */
export const signUploadParts =
  (deps: SignUploadPartsDeps) =>
  async (actor: Actor, input: SignUploadPartsInput): Promise<Outcome<readonly SignedPart[]>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const found = await deps.files.transact(actor, (tx) => prepare(tx, deps.objects, input));
    if (!found.ok) return found;
    const { file, direct } = found.value;
    const lost = direct && (await findLost(deps, file));
    if (lost) return lost;
    const expiresAt = expiryOf(deps, file);
    const signOne = (part: PartToSign): Promise<SignedPart> =>
      direct
        ? signDirect(deps, direct, file, part, expiresAt)
        : sign(deps.urls, actor, file, part, expiresAt);
    return ok(await Promise.all(input.parts.map(signOne)));
  };

/** Finds the upload, and notes that parts of it will come to the store before anybody can send one. */
async function prepare(
  tx: FileTransaction,
  objects: ObjectStore,
  { fileId: id, parts, transport }: SignUploadPartsInput,
): Promise<Outcome<{ readonly file: File; readonly direct: DirectTransfer | undefined }>> {
  const fileId = parseFileId(id);
  const found = fileId && (await tx.find(fileId));
  if (!found) return fault('NOT_FOUND');
  const file = await tellPartSize(tx, found);
  const refused = refusal(file, parts);
  if (refused) return refused;
  if ((transport ?? file.transferMode) === 'PROXIED') return ok({ file, direct: undefined });
  const isAllowed = objects.direct !== undefined && (await tx.policy()).directTransfer;
  if (!isAllowed) {
    if (transport === undefined) return ok({ file, direct: undefined });
    const message = 'Parts of this upload cannot go straight to the store.';
    return fault('CONFLICT', { message, field: 'transport' });
  }
  await tx.openDirect(file.id);
  return ok({ file, direct: objects.direct });
}

/** What went straight to a store that does not have the upload would be refused there, again and again. */
async function findLost(
  deps: SignUploadPartsDeps,
  file: File,
): Promise<ReturnType<typeof fault> | undefined> {
  if (isSettling(file, deps.clock)) return undefined;
  try {
    return await lookAtDirect(deps, { fileId: file.id, tenantId: file.tenantId });
  } catch (error) {
    // To sign takes no store: the URLs are good once it is there again.
    if (error instanceof TransientError) return undefined;
    throw error;
  }
}

function refusal(file: File, parts: readonly PartToSign[]): ReturnType<typeof fault> | undefined {
  if (!isOpen(file.state)) {
    return fault('CONFLICT', { message: `The upload is ${file.state}: it takes no parts.` });
  }
  if (parts.length < 1 || parts.length > MAX_PARTS_PER_REQUEST) {
    const message = `From 1 to ${String(MAX_PARTS_PER_REQUEST)} parts can be signed at once.`;
    return fault('BAD_USER_INPUT', { message, field: 'parts' });
  }
  const index = parts.findIndex((part) => partBytes(file, part) === undefined);
  if (index >= 0) {
    const count = countParts(file.sizeBytes ?? 0, file.partSizeBytes);
    const message = `The file has parts 1 to ${String(count)}.`;
    return fault('BAD_USER_INPUT', { message, field: `parts[${String(index)}].partNumber` });
  }
  const unhashed = parts.findIndex(({ sha256 }) => sha256 !== undefined && !SHA256.test(sha256));
  if (unhashed < 0) return undefined;
  const message = 'A SHA-256 is 64 lower-case hexadecimal digits.';
  return fault('BAD_USER_INPUT', { message, field: `parts[${String(unhashed)}].sha256` });
}

const partBytes = (file: File, part: PartToSign): number | undefined =>
  partSizeAt(file.sizeBytes ?? 0, file.partSizeBytes, part.partNumber);

function expiryOf({ clock, settings }: SignUploadPartsDeps, file: File): Date {
  const wanted = clock.now().getTime() + settings.partUrlTtlSeconds * 1000;
  return new Date(Math.min(wanted, file.expiresAt?.getTime() ?? wanted));
}

async function sign(
  urls: UrlSigner,
  actor: Actor,
  file: File,
  part: PartToSign,
  expiresAt: Date,
): Promise<SignedPart> {
  const { partNumber, sha256 } = part;
  const grant = {
    tenantId: actor.tenantId,
    fileId: file.id,
    partNumber,
    sizeBytes: partBytes(file, part) ?? 0,
    subject: actor.subject,
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  const headers = sha256 === undefined ? [] : [{ name: 'Content-Digest', value: contentDigest(sha256) }];
  return { partNumber, url: await urls.partUrl(grant, expiresAt), headers, expiresAt };
}

async function signDirect(
  { clock }: SignUploadPartsDeps,
  direct: DirectTransfer,
  file: File,
  part: PartToSign,
  expiresAt: Date,
): Promise<SignedPart> {
  if (file.ingestHandle === null) throw new PermanentError('object-store', 'An open upload has no handle.');
  const upload = { key: file.ingestKey, handle: file.ingestHandle };
  const ttlSeconds = Math.max(1, Math.floor((expiresAt.getTime() - clock.now().getTime()) / 1000));
  const { partNumber, sha256 } = part;
  const grant = { partNumber, sizeBytes: partBytes(file, part) ?? 0, sha256 };
  return { partNumber, ...(await direct.signPart(upload, grant, ttlSeconds)), expiresAt };
}

/** @see https://www.rfc-editor.org/rfc/rfc9530#section-2 */
const contentDigest = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
