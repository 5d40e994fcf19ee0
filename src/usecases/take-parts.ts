import type { Readable } from 'node:stream';
import type { Actor } from '../domain/actor.js';
import { fault, FaultError, PermanentError } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import { givenUp, wasGivenUp } from './given-up.js';
import type { File, Part } from '../domain/file.js';
import type { Digester } from '../ports/digester.js';
import type { ObjectStore } from '../ports/object-store.js';
import type { Spool } from '../ports/spool.js';
import { announceBytes } from './announce.js';
import { cutPieces, type Piece } from './cut-pieces.js';
import { discardPart } from './discard-part.js';
import { eachOverlapping } from './each-overlapping.js';
import { storeSpooled } from './give-part.js';
import { openTwoSpools } from './proven-spool.js';
import { enterPart } from './receive-part.js';
import { refuseBytes, type RefuseBytesDeps } from './refuse-bytes.js';
import { removeFragments } from './remove-fragments.js';
import { isSamePart } from './same-part.js';

/** What taking parts needs. */
export interface TakePartsDeps extends RefuseBytesDeps {
  readonly objects: ObjectStore;
  readonly spool: Spool;
  readonly digests: Digester;
}

/** A stream of unknown length on its way into the ledger of a file. */
export interface IncomingStream {
  readonly file: File;
  readonly body: Readable;
  readonly signal: AbortSignal;
  /** More bytes than this are TOO_LARGE. */
  readonly maxBytes: number;
}

/**
 * Cuts a stream of unknown length into parts and puts each into store and ledger. While one goes into the store the next
 * one arrives; of neither are more than a few MiB in memory. A part that the ledger has already is not stored again but
 * must be the same: that is how a repeated request goes on where the first one broke off.
 *
 * @returns how many bytes the stream had
 * @throws FaultError TOO_LARGE, QUOTA_EXCEEDED, CONFLICT, or IDEMPOTENCY_MISMATCH when a repeated stream differs
 */
export async function takeParts(
  deps: TakePartsDeps,
  actor: Actor,
  { file, body, signal, maxBytes }: IncomingStream,
): Promise<number> {
  const parts = await knownParts(deps, actor, file);
  // Of a complete upload too: whether the stream is as long as it only shows at the end.
  const continued = { sizeBytes: null, partSizeBytes: file.partSizeBytes };
  const coming = {
    file: continued,
    parts,
    offsetBytes: 0,
    limitBytes: maxBytes,
    body,
    observe: () => undefined,
  };
  const spools = await openTwoSpools(deps.spool, deps.digests);
  let totalBytes = 0;
  try {
    await eachOverlapping(wholeParts(cutPieces(coming, spools)), async ({ partNumber, bytes }) => {
      const { sizeBytes } = bytes.spool;
      totalBytes += sizeBytes;
      const part = { partNumber, bytes, sizeBytes };
      const known = parts.get(partNumber);
      if (known) await requireSame(known, part);
      else await takePart(deps, actor, file, part, signal);
    });
  } finally {
    await Promise.all(spools.map(({ close }) => close()));
  }
  if (totalBytes < file.receivedBytes) throw mismatch();
  return totalBytes;
}

/** What earlier requests have brought; a file without bytes has no parts. */
async function knownParts(
  { files }: TakePartsDeps,
  actor: Actor,
  file: File,
): Promise<ReadonlyMap<number, Part>> {
  const parts = file.receivedBytes === 0 ? [] : await files.transact(actor, (tx) => tx.parts(file.id));
  return new Map(parts.map((part) => [part.partNumber, part]));
}

/** The last piece is a part of its own once the stream has ended well: one that broke off leaves no part that is shorter than others. */
async function* wholeParts(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  let last: Piece | undefined;
  for await (const piece of pieces) {
    if (piece.endsPart) yield piece;
    else last = piece;
  }
  if (last && last.bytes.spool.sizeBytes > 0) yield last;
}

async function requireSame(known: Part, { bytes, sizeBytes }: CutPart): Promise<void> {
  if (!(await isSamePart(known, bytes, sizeBytes))) throw mismatch();
}

interface CutPart extends Pick<Piece, 'partNumber' | 'bytes'> {
  readonly sizeBytes: number;
}

async function takePart(
  deps: TakePartsDeps,
  actor: Actor,
  file: File,
  part: CutPart,
  signal: AbortSignal,
): Promise<void> {
  if (wasGivenUp(file)) throw new FaultError(givenUp(file).fault);
  if (!isOpen(file.state)) throw mismatch();
  const refused = await tryPart(deps, actor, file, part, signal);
  if (!refused) return;
  // A twin of this request may have been faster, and may have completed the upload with the same bytes.
  const ledger = await deps.files.transact(actor, (tx) => tx.parts(file.id));
  const known = ledger.find(({ partNumber }) => partNumber === part.partNumber);
  if (!known) throw refused.refusal;
  await requireSame(known, part);
  if (refused.stored) await settleTwice(deps, actor, file, known, refused.stored);
}

/** Where a store keeps one version of a part, the later one has taken the place of the same bytes there. */
async function settleTwice(
  deps: TakePartsDeps,
  actor: Actor,
  file: File,
  known: Part,
  stored: Part,
): Promise<void> {
  if (!deps.objects.discardPart) await enterPart(deps, actor, file, stored, known.etag);
}

interface RefusedPart {
  readonly refusal: FaultError;
  /** What the store has taken. */
  readonly stored?: Part;
}

/**
 * Stores a part and enters it into the ledger, or tells why the upload does not take it. It never takes the place of another:
 * of twins with different bytes, one would be told that its bytes are there while some are those of the other.
 */
async function tryPart(
  deps: TakePartsDeps,
  actor: Actor,
  file: File,
  part: CutPart,
  signal: AbortSignal,
): Promise<RefusedPart | undefined> {
  try {
    const stored = await storeSpooled(deps.objects, file, part, part.bytes, signal);
    const entered = await enterPart(deps, actor, file, stored, null);
    if (!entered.ok) {
      await discardPart(deps.objects, file, stored);
      return { refusal: new FaultError(entered.fault), stored };
    }
    const { isFirst, droppedFragments } = entered.value;
    announceBytes(deps.bus, file, isFirst);
    await removeFragments(deps.objects, droppedFragments);
    return undefined;
  } catch (error) {
    const refused = error instanceof PermanentError && (await refuseBytes(deps, actor, file, error));
    if (refused) return { refusal: new FaultError(refused.fault) };
    throw error;
  }
}

const mismatch = (): FaultError =>
  new FaultError(fault('IDEMPOTENCY_MISMATCH', { field: 'idempotencyKey' }).fault);
