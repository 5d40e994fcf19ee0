import type { Readable } from 'node:stream';
import type { Correlation } from '../domain/actor.js';
import { fault, FaultError, PermanentError, type Outcome } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import type { File, Part } from '../domain/file.js';
import { partSizeAt } from '../domain/parts.js';
import { ok } from '../domain/result.js';
import type { FileTransaction, LedgerEntry, TenantScope } from '../ports/file-store.js';
import type { ObjectStore } from '../ports/object-store.js';
import type { PartGrant } from '../ports/url-signer.js';
import { announceBytes } from './announce.js';
import { applyCommand, lockFile } from './apply.js';
import { discardPart } from './discard-part.js';
import { leftBehind } from './left-behind.js';
import { refuseBytes, tooLate, type RefuseBytesDeps } from './refuse-bytes.js';
import { removeFragments } from './remove-fragments.js';
import { givePart, type GivePartDeps } from './give-part.js';
import type { ProvenPart } from './store-part.js';

/** The bytes of a part on their way in. */
export interface PartBody {
  readonly body: Readable;
  /** `Content-Length`, where the client sent one. */
  readonly contentLength?: number | undefined;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** A part that is durable and verified. */
export interface ReceivedPart {
  readonly etag: string;
  readonly sha256: string;
  /** Of the whole file, this part included. */
  readonly receivedBytes: number;
}

/** What receiving a part needs. */
export type ReceivePartDeps = EnterPartDeps & GivePartDeps;

/** What entering a part needs. */
export interface EnterPartDeps extends RefuseBytesDeps {
  readonly objects: ObjectStore;
}

/**
 * Takes the bytes of one part. Acknowledged only when the bytes are durable, proven and in the ledger; the
 * part of a refused or broken request stays what it was.
 *
 * @returns NOT_FOUND, CONFLICT when the upload is over, BAD_USER_INPUT for a wrong size, CHECKSUM_MISMATCH
 */
export const receivePart =
  (deps: ReceivePartDeps) =>
  async (grant: PartGrant, correlation: Correlation, input: PartBody): Promise<Outcome<ReceivedPart>> => {
    const scope = { ...correlation, tenantId: grant.tenantId, subject: grant.subject };
    const file = await deps.files.transact(scope, (tx) => tx.find(grant.fileId));
    const refused = refusal(file, grant, input.contentLength);
    if (refused || !file) return refused ?? fault('NOT_FOUND');
    try {
      const part = await givePart(deps, file, grant, input.body, input.signal);
      return await record(deps, scope, file, part);
    } catch (error) {
      if (error instanceof FaultError) return { ok: false, fault: error.fault };
      const refused = error instanceof PermanentError && (await refuseBytes(deps, scope, file, error));
      if (refused) return refused;
      throw error;
    }
  };

function refusal(
  file: File | undefined,
  grant: PartGrant,
  contentLength: number | undefined,
): ReturnType<typeof fault> | undefined {
  if (!file) return fault('NOT_FOUND');
  if (!isOpen(file.state)) return tooLate(file);
  if (partSizeAt(file.sizeBytes ?? 0, file.partSizeBytes, grant.partNumber) !== grant.sizeBytes) {
    return fault('CONFLICT', { message: 'The part no longer belongs to this upload.' });
  }
  if (contentLength === undefined || contentLength === grant.sizeBytes) return undefined;
  return fault('BAD_USER_INPUT', { message: `The part must have exactly ${String(grant.sizeBytes)} bytes.` });
}

async function record(
  deps: ReceivePartDeps,
  scope: TenantScope,
  file: File,
  part: ProvenPart,
): Promise<Outcome<ReceivedPart>> {
  const outcome = await enterPart(deps, scope, file, part);
  if (!outcome.ok) return outcome;
  const { objects, bus } = deps;
  const { isFirst, receivedBytes, replacedEtag, droppedFragments } = outcome.value;
  await removeFragments(objects, droppedFragments);
  if (replacedEtag !== null) {
    await discardPart(objects, file, { partNumber: part.partNumber, etag: replacedEtag });
  }
  announceBytes(bus, file, isFirst);
  return ok({ etag: part.etag, sha256: part.sha256, receivedBytes });
}

/**
 * Writes a stored part to the ledger in a transaction of its own. When that fails, what no row names leaves the store:
 * the part that surely did not get there, or the one whose place it took. So trying again does not fill it.
 *
 * @param replaces - etag of the part whose place it may take, `null` where none may be there; @default whichever is there
 * @returns CONFLICT when the upload is over, or another part has that place
 * @throws the error of the transaction
 */
export async function enterPart(
  { files, objects, clock }: Omit<EnterPartDeps, 'bus'>,
  scope: TenantScope,
  file: File,
  part: Part,
  replaces?: string | null,
): Promise<Outcome<LedgerEntry & { readonly isFirst: boolean }>> {
  let replaced: LedgerEntry | undefined;
  try {
    return await files.transact(scope, async (tx) => {
      const entered = await enterLedger(tx, file, part, clock.now());
      // The refusal takes back what was written.
      if (entered.ok && replaces !== undefined && !hasTakenPlace(entered.value, part, replaces)) {
        return placeIsTaken(part);
      }
      if (entered.ok) replaced = entered.value;
      return entered;
    });
  } catch (error) {
    await removeLeft({ files, objects }, scope, file, { part, replaced }, error);
    throw error;
  }
}

/**
 * Whether a part has taken the place of the one that it was to replace. The very bytes may have been there already: where the store
 * names parts by what is in them, or somebody has reconciled the ledger with it.
 */
export const hasTakenPlace = (
  { replacedEtag }: Pick<LedgerEntry, 'replacedEtag'>,
  { etag }: Part,
  replaces: string | null,
): boolean => replacedEtag === replaces || replacedEtag === etag;

const placeIsTaken = ({ partNumber }: Part): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: `Another request has sent part ${String(partNumber)}.` });

async function removeLeft(
  { files, objects }: Pick<EnterPartDeps, 'files' | 'objects'>,
  scope: TenantScope,
  file: File,
  { part, replaced }: { readonly part: Part; readonly replaced: LedgerEntry | undefined },
  error: unknown,
): Promise<void> {
  const { replacedEtag = null, droppedFragments = [] } = replaced ?? {};
  const etags = replacedEtag === null ? [] : [replacedEtag];
  const change = { stored: [part.etag], replaced: [...etags, ...droppedFragments] };
  const left = await leftBehind(files, scope, file.id, error, change);
  await removeFragments(
    objects,
    droppedFragments.filter((key) => left.has(key)),
  );
  for (const etag of [part.etag, ...etags].filter((one) => left.has(one))) {
    await discardPart(objects, file, { partNumber: part.partNumber, etag });
  }
}

/**
 * Writes a stored part to the ledger, unless the upload has ended meanwhile. The first one moves the file
 * to RECEIVING.
 */
async function enterLedger(
  tx: FileTransaction,
  { id }: Pick<File, 'id'>,
  part: Part,
  at: Date,
): Promise<Outcome<LedgerEntry & { readonly isFirst: boolean }>> {
  const locked = await lockFile(tx, id);
  return locked.ok ? enterHeld(tx, locked.value, part, at) : locked;
}

/** The same for a file that the transaction has locked, as it is there. Tells what it has become. */
export async function enterHeld(
  tx: FileTransaction,
  file: File,
  part: Part,
  at: Date,
): Promise<Outcome<EnteredPart>> {
  if (!isOpen(file.state)) return tooLate(file);
  const isFirst = file.state === 'PENDING';
  const entry = await tx.putPart(file.id, part);
  const grown = { ...file, receivedBytes: entry.receivedBytes };
  const moved = isFirst ? await applyCommand(tx, grown, { kind: 'receive' }, at) : ok(grown);
  return moved.ok ? ok({ ...entry, isFirst, file: moved.value }) : moved;
}

/** A part in the ledger, and its file as it is now. */
export interface EnteredPart extends LedgerEntry {
  readonly isFirst: boolean;
  readonly file: File;
}
