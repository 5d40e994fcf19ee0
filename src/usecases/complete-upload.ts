import { authorise, type Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import { isOpen, isTerminal, type FileState } from '../domain/file-state.js';
import type { File, Part } from '../domain/file.js';
import { countParts, missingParts } from '../domain/parts.js';
import { ok } from '../domain/result.js';
import type { FileTransaction } from '../ports/file-store.js';
import { announce } from './announce.js';
import { applyCommand, lockFile } from './apply.js';
import { reconcileById, type ReconcileDeps } from './direct/reconcile-parts.js';
import { idempotently } from './idempotent.js';
import { isPartial } from './resumable/partial.js';

/** How many missing part numbers an error names. */
const MAX_NAMED_PARTS = 20;
/** States that say that nothing was ever completed. */
const NEVER_COMPLETED: readonly FileState[] = ['CANCELLED', 'EXPIRED', 'DELETED'];

/** Which upload is done, and optionally which parts make it up. */
export interface CompleteUploadInput {
  readonly fileId: string;
  /** If given, each must be in the ledger with just this etag, and none may be left out. */
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[] | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** What completing an upload needs. */
export interface CompleteUploadDeps extends ReconcileDeps {
  readonly settings: { readonly idempotencyTtlSeconds: number };
}

/**
 * Ends the transfer: every part is durable and in the ledger, so one write hands the file to inspection,
 * which also assembles the parts in the store. Completing again changes nothing and answers the same.
 *
 * @returns NOT_FOUND, UPLOAD_INCOMPLETE, CONFLICT, IDEMPOTENCY_MISMATCH
 */
export const completeUpload =
  (deps: CompleteUploadDeps) =>
  async (actor: Actor, input: CompleteUploadInput): Promise<Outcome<File>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const lost = await reconcileById(deps, actor, input.fileId, 'all');
    if (lost) return lost;
    const ttlSeconds = deps.settings.idempotencyTtlSeconds;
    const request = { actor, operation: 'completeUpload', input, ttlSeconds };
    const outcome = await deps.files.transact(actor, (tx) =>
      idempotently(tx, request, () => complete(tx, input, deps.clock.now())),
    );
    if (!outcome.ok) return outcome;
    announce(deps.bus, outcome.value);
    void closeDoor(deps, actor, outcome.value).catch(() => undefined);
    return outcome;
  };

/**
 * Ends the upload in the store, so that signed URLs that are still about lead nowhere. The inspection does the same
 * before it reads; here it only comes sooner.
 */
async function closeDoor({ files, objects }: CompleteUploadDeps, actor: Actor, file: File): Promise<void> {
  if (file.transferMode !== 'DIRECT' || file.state !== 'SCANNING' || file.ingestHandle === null) return;
  const parts = await files.transact(actor, (tx) => tx.parts(file.id));
  await objects.finishUpload({ key: file.ingestKey, handle: file.ingestHandle }, parts);
  // A store may make the object twice: the inspection can have ended, and its bytes been removed, before this one was made.
  const isLeftOver = await files.transact(actor, async (tx) => {
    const claim = (await tx.claims([file.id], [])).files.get(file.id);
    if (!claim || !isTerminal(claim.state)) return false;
    // Infected bytes are on their way to the quarantine until that is noted.
    return claim.state !== 'INFECTED' || claim.isCleanedUp;
  });
  if (isLeftOver) await objects.remove({ area: 'ingest', key: file.ingestKey });
}

async function complete(tx: FileTransaction, input: CompleteUploadInput, at: Date): Promise<Outcome<File>> {
  const locked = await lockFile(tx, input.fileId);
  if (!locked.ok) return locked;
  const file = locked.value;
  return isOpen(file.state) ? completeHeld(tx, file, input.parts, at) : completedBefore(file);
}

/**
 * Ends the transfer of an open file that the transaction has locked, as it is there.
 *
 * @returns UPLOAD_INCOMPLETE, CONFLICT
 */
export async function completeHeld(
  tx: FileTransaction,
  file: File,
  claimed: CompleteUploadInput['parts'],
  at: Date,
): Promise<Outcome<File>> {
  const { sizeBytes } = file;
  // Nobody can tell whether there is more to come.
  if (sizeBytes === null) {
    return fault('UPLOAD_INCOMPLETE', { message: 'The length of the upload is not known yet.' });
  }
  const parts = await tx.parts(file.id);
  const refused = refusal({ ...file, sizeBytes }, parts, claimed);
  return refused ?? applyCommand(tx, file, { kind: 'complete', sizeBytes }, at);
}

const completedBefore = (file: File): Outcome<File> =>
  NEVER_COMPLETED.includes(file.state)
    ? fault('CONFLICT', { message: `The upload is ${file.state}.` })
    : ok(file);

function refusal(
  file: File & { readonly sizeBytes: number },
  parts: readonly Part[],
  claimed: CompleteUploadInput['parts'],
): ReturnType<typeof fault> | undefined {
  if (isPartial(file)) {
    return fault('CONFLICT', { message: 'A partial upload is only completed together with others.' });
  }
  const count = countParts(file.sizeBytes, file.partSizeBytes);
  const missing = missingParts(count, parts);
  if (missing.length > 0) return incomplete(missing);
  if (claimed === undefined) return undefined;
  const etags = new Map(parts.map((part) => [part.partNumber, part.etag]));
  const index = claimed.findIndex(({ partNumber, etag }) => etags.get(partNumber) !== unquoted(etag));
  if (index >= 0) {
    const message = 'The part does not have this etag.';
    return fault('CONFLICT', { message, field: `parts[${String(index)}].etag` });
  }
  const named = new Set(claimed.map((part) => part.partNumber));
  const left = parts.filter((part) => !named.has(part.partNumber)).map((part) => part.partNumber);
  return left.length > 0 ? incomplete(left) : undefined;
}

/** An ETag header is quoted; clients may hand it on as they got it. */
const unquoted = (etag: string): string => etag.replace(/^"(.*)"$/, '$1');

function incomplete(numbers: readonly number[]): ReturnType<typeof fault> {
  const named = numbers.slice(0, MAX_NAMED_PARTS).join(', ');
  const rest = numbers.length > MAX_NAMED_PARTS ? ' and more' : '';
  return fault('UPLOAD_INCOMPLETE', { message: `Parts are missing: ${named}${rest}.`, field: 'parts' });
}
