import type { Readable } from 'node:stream';
import { authorise, type Actor } from '../domain/actor.js';
import { fault, FaultError, type Outcome } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import { toSnapshot } from '../domain/file-snapshot.js';
import type { File, Priority } from '../domain/file.js';
import type { MetadataEntry } from '../domain/metadata.js';
import { DEFAULT_PART_BYTES } from '../domain/parts.js';
import { ok } from '../domain/result.js';
import type { FileTransaction } from '../ports/file-store.js';
import type { Ids } from '../ports/ids.js';
import { announce } from './announce.js';
import { applyCommand, lockFile, written } from './apply.js';
import { checkNewFile, fitsPolicy, longestUpload } from './check-new-file.js';
import { claim, idempotently, type IdempotentRequest } from './idempotent.js';
import { givenUp, wasGivenUp } from './given-up.js';
import { newFile, writeNewFile } from './new-file.js';
import { takeParts, type TakePartsDeps } from './take-parts.js';
import { giveUpFile, remember, yieldTo } from './yield-file.js';

/** A whole file in one request, of a length that only its end tells. */
export interface ReceiveFileInput {
  readonly name: string;
  readonly contentType?: string | undefined;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly metadata?: readonly MetadataEntry[] | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Its chunks are taken together with their memory: nobody else reads them any more. */
  readonly body: Readable;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** What receiving a file needs. */
export interface ReceiveFileDeps extends TakePartsDeps {
  readonly ids: Ids;
  readonly settings: { readonly sessionTtlSeconds: number; readonly idempotencyTtlSeconds: number };
}

/**
 * Takes a whole file in one request and hands it to inspection. A repeated request with the same key sends
 * its bytes into the same file: what is there already is compared, what is missing is taken.
 *
 * @returns the faults of `createUpload`, and TOO_LARGE as soon as too many bytes have come
 */
export const receiveFile =
  (deps: ReceiveFileDeps) =>
  async (actor: Actor, input: ReceiveFileInput): Promise<Outcome<File>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const opened = await openFile(deps, actor, input);
    if (!opened.ok) return opened;
    const { file, maxBytes } = opened.value;
    try {
      const { body, signal } = input;
      const sizeBytes = await takeParts(deps, actor, { file, body, signal, maxBytes });
      return await finish(deps, actor, input, file, sizeBytes);
    } catch (error) {
      // Without a key nobody can go on with a broken upload, so it ends now; with one it waits for the retry.
      if (input.idempotencyKey === undefined) await giveUpFile(deps, actor, file);
      if (error instanceof FaultError) return { ok: false, fault: error.fault };
      throw error;
    }
  };

const requestOf = (deps: ReceiveFileDeps, actor: Actor, input: ReceiveFileInput): IdempotentRequest => {
  const { name, contentType, sha256, priority, metadata, idempotencyKey } = input;
  const described = { name, contentType, sha256, priority, metadata, idempotencyKey };
  return {
    actor,
    operation: 'uploadFile',
    input: described,
    ttlSeconds: deps.settings.idempotencyTtlSeconds,
  };
};

interface OpenFile {
  readonly file: File;
  readonly maxBytes: number;
}

async function openFile(
  deps: ReceiveFileDeps,
  actor: Actor,
  input: ReceiveFileInput,
): Promise<Outcome<OpenFile>> {
  const checked = checkNewFile(input);
  if (!checked.ok) return checked;
  const draft = { ...checked.value, sizeBytes: null, partSizeBytes: DEFAULT_PART_BYTES };
  const { file: fresh, policy } = await newFile(deps, actor, draft);
  const open = async (tx: FileTransaction): Promise<Outcome<OpenFile>> => {
    const opened = await idempotently(tx, requestOf(deps, actor, input), async () => {
      const fits = fitsPolicy(policy, fresh);
      return fits.ok ? written(await tx.insert(fresh), fresh) : fits;
    });
    if (!opened.ok) return opened;
    // An earlier request may have come further since it was answered.
    const file = opened.value.id === fresh.id ? fresh : await tx.find(opened.value.id);
    if (!file) return fault('NOT_FOUND');
    return ok({ file, maxBytes: longestUpload(policy, file) });
  };
  const write = (): Promise<Outcome<OpenFile>> => deps.files.transact(actor, open);
  return writeNewFile(deps.objects, fresh, write, ({ file }) => file.id);
}

async function finish(
  deps: ReceiveFileDeps,
  actor: Actor,
  input: ReceiveFileInput,
  file: File,
  sizeBytes: number,
): Promise<Outcome<File>> {
  let winner: File | undefined;
  const outcome = await deps.files.transact(actor, async (tx) => {
    winner = undefined; // The database may run this again.
    const completed = await complete(tx, file, sizeBytes, deps.clock.now());
    if (!completed.ok || !completed.value.isFirst) return completed;
    winner = await remember(tx, requestOf(deps, actor, input), completed.value.file);
    // This rolls the completion back.
    return winner ? fault('CONFLICT') : completed;
  });
  if (winner) return yieldTo(deps, actor, file, winner);
  if (!outcome.ok) return outcome;
  announce(deps.bus, file);
  return outcome.value.isFirst ? ok(outcome.value.file) : firstAnswer(deps, actor, input, outcome.value.file);
}

async function complete(
  tx: FileTransaction,
  { id }: File,
  sizeBytes: number,
  at: Date,
): Promise<Outcome<{ readonly file: File; readonly isFirst: boolean }>> {
  const locked = await lockFile(tx, id);
  if (!locked.ok) return locked;
  const file = locked.value;
  if (!isOpen(file.state)) {
    if (wasGivenUp(file) || file.sizeBytes === null) return givenUp(file);
    return file.sizeBytes === sizeBytes ? ok({ file, isFirst: false }) : fault('IDEMPOTENCY_MISMATCH');
  }
  const moved = await applyCommand(tx, file, { kind: 'complete', sizeBytes }, at);
  return moved.ok ? ok({ file: moved.value, isFirst: true }) : moved;
}

/** What the request that came first was told. */
const firstAnswer = (
  deps: ReceiveFileDeps,
  actor: Actor,
  input: ReceiveFileInput,
  file: File,
): Promise<Outcome<File>> =>
  deps.files.transact(actor, async (tx) => {
    const answer = await claim(tx, requestOf(deps, actor, input));
    if (!answer.ok) return answer;
    const key = input.idempotencyKey;
    if (key === undefined || !answer.value || !isOpen(answer.value.state)) return ok(answer.value ?? file);
    // So far only the opening was answered: another protocol has completed the upload since, or nobody has.
    if (file.state === 'DELETED') return givenUp(file);
    await tx.storeAnswer(key, toSnapshot(file));
    return ok(file);
  });
