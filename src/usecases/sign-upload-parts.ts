import { authorise, type Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import { parseFileId } from '../domain/ids.js';
import { countParts, partSizeAt } from '../domain/parts.js';
import { ok } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { FileStore } from '../ports/file-store.js';
import type { UrlSigner } from '../ports/url-signer.js';

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
}

/** Where and how to send one part. */
export interface SignedPart {
  readonly partNumber: number;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly expiresAt: Date;
}

/** What signing parts needs. */
export interface SignUploadPartsDeps {
  readonly files: FileStore;
  readonly clock: Clock;
  readonly urls: UrlSigner;
  readonly settings: { readonly partUrlTtlSeconds: number };
}

/** Gives out URLs that take the bytes of single parts, in any order and in parallel. */
export const signUploadParts =
  (deps: SignUploadPartsDeps) =>
  async (actor: Actor, input: SignUploadPartsInput): Promise<Outcome<readonly SignedPart[]>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const fileId = parseFileId(input.fileId);
    const file = fileId && (await deps.files.transact(actor, (tx) => tx.find(fileId)));
    if (!file) return fault('NOT_FOUND');
    const refused = refusal(file, input.parts);
    if (refused) return refused;
    const expiresAt = expiryOf(deps, file);
    return ok(await Promise.all(input.parts.map((part) => sign(deps.urls, actor, file, part, expiresAt))));
  };

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

/** @see https://www.rfc-editor.org/rfc/rfc9530#section-2 */
const contentDigest = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
