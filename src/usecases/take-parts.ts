import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Actor } from '../domain/actor.js';
import { fault, FaultError, PermanentError } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import { givenUp, wasGivenUp } from './given-up.js';
import type { File, Part } from '../domain/file.js';
import type { ObjectStore } from '../ports/object-store.js';
import { announce } from './announce.js';
import { tooLarge } from './check-new-file.js';
import { enterPart } from './receive-part.js';
import { refuseBytes, type RefuseBytesDeps } from './refuse-bytes.js';
import { removeFragments } from './remove-fragments.js';
import { storePart } from './store-part.js';

/** What taking parts needs. */
export interface TakePartsDeps extends RefuseBytesDeps {
  readonly objects: ObjectStore;
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
 * Cuts a stream of unknown length into parts and puts each into store and ledger. Of the stream, one part
 * is in memory at a time. A part that the ledger has already is not stored again but must be the same: that
 * is how a repeated request goes on where the first one broke off.
 *
 * @returns how many bytes the stream had
 * @throws FaultError TOO_LARGE, QUOTA_EXCEEDED, CONFLICT, or IDEMPOTENCY_MISMATCH when a repeated stream differs
 */
export async function takeParts(
  deps: TakePartsDeps,
  actor: Actor,
  incoming: IncomingStream,
): Promise<number> {
  const { file, body, signal, maxBytes } = incoming;
  const ledger = await knownParts(deps, actor, file);
  let totalBytes = 0;
  let partNumber = 0;
  for await (const chunks of cut(body, file.partSizeBytes)) {
    partNumber += 1;
    const part = describe(partNumber, chunks);
    totalBytes += part.sizeBytes;
    if (totalBytes > maxBytes) throw new FaultError(tooLarge(maxBytes).fault);
    const known = ledger.find((entry) => entry.partNumber === part.partNumber);
    if (known) assertSame(known, part);
    else await takePart(deps, actor, file, { ...part, chunks }, signal);
  }
  if (totalBytes < file.receivedBytes) throw mismatch();
  return totalBytes;
}

/** What earlier requests have brought; a file without bytes has no parts. */
const knownParts = async ({ files }: TakePartsDeps, actor: Actor, file: File): Promise<readonly Part[]> =>
  file.receivedBytes === 0 ? [] : files.transact(actor, (tx) => tx.parts(file.id));

/** Cuts a stream into pieces of one size; the last one may be shorter. */
async function* cut(body: Readable, sizeBytes: number): AsyncGenerator<Buffer[]> {
  let chunks: Buffer[] = [];
  let filled = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (filled + rest.length >= sizeBytes) {
      const taken = sizeBytes - filled;
      yield [...chunks, rest.subarray(0, taken)];
      rest = rest.subarray(taken);
      chunks = [];
      filled = 0;
    }
    if (rest.length > 0) chunks.push(rest);
    filled += rest.length;
  }
  if (filled > 0) yield chunks;
}

interface DescribedPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

type CutPart = DescribedPart & { readonly chunks: readonly Buffer[] };

function describe(partNumber: number, chunks: readonly Buffer[]): DescribedPart {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { partNumber, sizeBytes, sha256: hash.digest('hex') };
}

function assertSame(known: Part, part: DescribedPart): void {
  if (known.sha256 !== part.sha256 || known.sizeBytes !== part.sizeBytes) throw mismatch();
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
  const refusal = await tryPart(deps, actor, file, part, signal);
  if (!refusal) return;
  // A twin of this request may have been faster and have completed the upload with the same bytes.
  const ledger = await deps.files.transact(actor, (tx) => tx.parts(file.id));
  const known = ledger.find((entry) => entry.partNumber === part.partNumber);
  if (!known) throw refusal;
  assertSame(known, part);
}

/** Stores a part and enters it into the ledger, or tells why the upload takes no part any more. */
async function tryPart(
  deps: TakePartsDeps,
  actor: Actor,
  file: File,
  part: CutPart,
  signal: AbortSignal,
): Promise<FaultError | undefined> {
  try {
    const stored = await storePart(deps.objects, file, part, Readable.from(part.chunks), signal);
    const entered = await enterPart(deps, actor, file, stored);
    if (!entered.ok) return new FaultError(entered.fault);
    announce(deps.bus, file);
    await removeFragments(deps.objects, entered.value.droppedFragments);
    return undefined;
  } catch (error) {
    const refused = error instanceof PermanentError && (await refuseBytes(deps, actor, file, error));
    if (refused) return new FaultError(refused.fault);
    throw error;
  }
}

const mismatch = (): FaultError =>
  new FaultError(fault('IDEMPOTENCY_MISMATCH', { field: 'idempotencyKey' }).fault);
