import type { Readable } from 'node:stream';
import type { Actor } from '../../domain/actor.js';
import { fault, FaultError } from '../../domain/errors.js';
import type { File, Fragment, Part } from '../../domain/file.js';
import type { Clock } from '../../ports/clock.js';
import type { Digester } from '../../ports/digester.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore } from '../../ports/file-store.js';
import type { Spool } from '../../ports/spool.js';
import type { UploadLock } from '../../ports/upload-locks.js';
import { announceBytes } from '../announce.js';
import type { Appendable } from './begin-append.js';
import { createBodyChecksum, type PromisedChecksum } from './body-checksum.js';
import { commitPieces } from './commit-pieces.js';
import { cutPieces, type Piece } from '../cut-pieces.js';
import { eachOverlapping } from '../each-overlapping.js';
import { openTwoSpools, type TwoSpools } from '../proven-spool.js';
import { removeReplaced } from './remove-replaced.js';
import { discardEntry, storePiece, type Entry, type StorePieceDeps } from './store-piece.js';

/** What taking a body needs. */
export interface TakeBodyDeps extends StorePieceDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly spool: Spool;
  readonly digests: Digester;
}

/** The body of one request that continues an upload. */
export interface IncomingBody {
  readonly body: Readable;
  /** If given, nothing of the body counts before all of it is proven. */
  readonly checksum?: PromisedChecksum | undefined;
  /** Nothing is entered without it. */
  readonly lock: Pick<UploadLock, 'isHeld'>;
}

/**
 * Appends a body to an upload. While one part goes into the store the next one arrives; of neither are more than a few
 * MiB in memory. What has arrived stays when the body breaks, and the error of the body comes after it.
 *
 * @returns the upload as the last entry has left it, if there was one: complete when nothing is missing
 * @throws FaultError TOO_LARGE, QUOTA_EXCEEDED, CONFLICT, CHECKSUM_MISMATCH; TransientError; the body's own error
 */
export async function takeBody(
  deps: TakeBodyDeps,
  actor: Actor,
  upload: Appendable,
  incoming: IncomingBody,
): Promise<File | undefined> {
  const spools = await openTwoSpools(deps.spool, deps.digests);
  try {
    const { checksum } = incoming;
    if (checksum) return await takeProven(deps, actor, upload, { ...incoming, checksum }, spools);
    return await takeAtOnce(deps, actor, upload, incoming, spools);
  } finally {
    await Promise.all(spools.map(({ close }) => close()));
  }
}

/** Enters each piece as soon as it is stored. */
async function takeAtOnce(
  deps: TakeBodyDeps,
  actor: Actor,
  upload: Appendable,
  { body, lock }: IncomingBody,
  spools: TwoSpools,
): Promise<File | undefined> {
  const pieces = cutPieces({ ...upload, body, observe: () => undefined, clock: deps.clock }, spools);
  const progress = createProgress(upload);
  let file: File | undefined;
  await eachOverlapping(pieces, async (piece) => {
    const entry = await storePiece(deps, piece, progress.soFar(piece, true));
    if (!entry) return;
    file = await enter(deps, actor, upload, lock, [entry], file);
    progress.note(entry);
  });
  return file;
}

/** Stores everything, and enters it in one transaction when the checksum has held. */
async function takeProven(
  deps: TakeBodyDeps,
  actor: Actor,
  upload: Appendable,
  { body, lock, checksum: promised }: IncomingBody & { readonly checksum: PromisedChecksum },
  spools: TwoSpools,
): Promise<File | undefined> {
  const checksum = createBodyChecksum(promised);
  const pieces = cutPieces({ ...upload, body, observe: checksum.update }, spools);
  const progress = createProgress(upload);
  const entries: Entry[] = [];
  try {
    await eachOverlapping(pieces, async (piece) => {
      const entry = await storePiece(deps, piece, progress.soFar(piece, false));
      if (entry) entries.push(entry);
      if (entry) progress.note(entry);
    });
    if (!checksum.matches()) throw new FaultError(fault('CHECKSUM_MISMATCH').fault);
  } catch (error) {
    for (const entry of entries) await discardEntry(deps, upload.file, entry);
    throw error;
  }
  return enter(deps, actor, upload, lock, entries);
}

async function enter(
  deps: TakeBodyDeps,
  actor: Actor,
  { file }: Appendable,
  lock: IncomingBody['lock'],
  entries: readonly Entry[],
  before = file,
): Promise<File> {
  const entered = await commitPieces(deps, actor, file, { entries, lock });
  announceBytes(deps.bus, file, entered.file.version !== before.version);
  await removeReplaced(deps.objects, file, entered);
  return entered.file;
}

interface Progress {
  soFar(piece: Piece, mayReplace: boolean): Parameters<typeof storePiece>[2];
  note(entry: Entry): void;
}

/** Remembers what is there of the part that is being sent. */
function createProgress({ file, parts, fragments }: Appendable): Progress {
  let current: readonly Fragment[] = fragments;
  return {
    soFar: ({ partNumber }, mayReplace) => {
      const known: Part | undefined = parts.get(partNumber);
      const ofPart = current.filter((fragment) => fragment.partNumber === partNumber);
      return { file, known, fragments: known ? [] : ofPart, mayReplace };
    },
    note: (entry) => {
      const kept = current.filter(({ objectKey }) => !entry.replaces.includes(objectKey));
      current = entry.kind === 'part' ? kept : [...kept, entry.fragment];
    },
  };
}
