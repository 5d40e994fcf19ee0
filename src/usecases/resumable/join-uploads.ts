import { createHash } from 'node:crypto';
import { authorise, type Actor } from '../../domain/actor.js';
import { fault, PermanentError, type Outcome } from '../../domain/errors.js';
import type { File, Part } from '../../domain/file.js';
import { choosePartSize } from '../../domain/parts.js';
import { ok } from '../../domain/result.js';
import type { FileTransaction } from '../../ports/file-store.js';
import { announce } from '../announce.js';
import { applyCommand, written } from '../apply.js';
import { checkNewFile, fitsPolicy, type CheckedInput } from '../check-new-file.js';
import type { CompleteUploadDeps } from '../complete-upload.js';
import type { CreateUploadDeps, CreateUploadInput } from '../create-upload.js';
import { idempotently, type IdempotentRequest } from '../idempotent.js';
import { newFile, writeNewFile } from '../new-file.js';
import { removeBytes, type RemoveBytesDeps } from '../remove-bytes.js';
import { endLostPartial } from './end-lost-partial.js';
import { endPartials } from './end-partials.js';
import { findPartials, type Partial } from './find-partials.js';
import { gatherParts } from './gather-parts.js';
import { finalMark } from './partial.js';

/** What is to be put together. */
export interface JoinUploadsInput {
  /** The size follows from the partial uploads. */
  readonly input: Omit<CreateUploadInput, 'sizeBytes'>;
  /** In the order of their bytes. */
  readonly partialIds: readonly string[];
  /** As the client said it; told again to whoever asks. */
  readonly concat: string;
}

/** What joining needs. */
export type JoinUploadsDeps = CreateUploadDeps & CompleteUploadDeps & RemoveBytesDeps;

/**
 * Puts a file together from partial uploads that are complete. One transaction ends those, gives their quota to
 * the new file and hands it to inspection, so that there is never a part of it, and the quota never holds it twice.
 * The same request again gets the same file, also without an idempotency key.
 *
 * @returns BAD_USER_INPUT when one is no complete partial upload of the tenant, or is named twice; CONFLICT when the store has
 *   lost one, which ends; the faults of `createUpload`
 */
export const joinUploads =
  (deps: JoinUploadsDeps) =>
  async (actor: Actor, joining: JoinUploadsInput): Promise<Outcome<File>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const checked = checkNewFile(joining.input);
    if (!checked.ok) return checked;
    const request = requestOf(deps, actor, joining);
    const before = await findJoined(deps, request);
    if (before.ok || before.fault.code !== 'NOT_FOUND') return before;
    try {
      const joined = await joinFound(deps, request, checked.value, joining);
      return joined.ok ? joined : await orTwin(deps, request, joined);
    } catch (error) {
      const twin = await findJoined(deps, request);
      if (twin.ok) return twin;
      throw error;
    }
  };

/** The answer to the same request before. NOT_FOUND when there was none. */
const findJoined = ({ files }: JoinUploadsDeps, request: IdempotentRequest): Promise<Outcome<File>> =>
  files.transact(request.actor, (tx) => idempotently(tx, request, () => Promise.resolve(fault('NOT_FOUND'))));

/** A twin that was faster has ended the partial uploads: then its file is the answer. */
async function orTwin(
  deps: JoinUploadsDeps,
  request: IdempotentRequest,
  refusal: Outcome<File>,
): Promise<Outcome<File>> {
  const twin = await findJoined(deps, request);
  return twin.ok ? twin : refusal;
}

async function joinFound(
  deps: JoinUploadsDeps,
  request: IdempotentRequest,
  checked: CheckedInput,
  joining: JoinUploadsInput,
): Promise<Outcome<File>> {
  const partials = await findPartials(deps, request.actor, joining.partialIds);
  if (!partials.ok) return partials;
  return joinOnce(deps, request.actor, request, draftOf(checked, joining, partials.value), partials.value);
}

function requestOf(
  { settings }: JoinUploadsDeps,
  actor: Actor,
  { input, partialIds }: JoinUploadsInput,
): IdempotentRequest {
  const hash = createHash('sha256').update(JSON.stringify([actor.subject, partialIds]));
  return {
    actor,
    operation: 'joinUploads',
    input: { ...input, partialIds } as IdempotentRequest['input'],
    ownKey: `uploads joined ${hash.digest('hex')}`,
    ttlSeconds: settings.idempotencyTtlSeconds,
  };
}

type Draft = Parameters<typeof newFile>[2];

function draftOf(checked: CheckedInput, { concat }: JoinUploadsInput, partials: readonly Partial[]): Draft {
  const sizeBytes = partials.reduce((sum, { file }) => sum + (file.sizeBytes ?? 0), 0);
  const largest = Math.max(...partials.map(({ file }) => file.partSizeBytes));
  const metadata = [...checked.metadata, finalMark(concat)];
  return { ...checked, metadata, sizeBytes, partSizeBytes: choosePartSize(sizeBytes, largest) };
}

async function joinOnce(
  deps: JoinUploadsDeps,
  actor: Actor,
  request: IdempotentRequest,
  draft: Draft,
  partials: readonly Partial[],
): Promise<Outcome<File>> {
  const { file, policy } = await newFile(deps, actor, draft);
  const join = async (): Promise<Outcome<File>> => {
    // To gather may be to copy every byte. The quota needs no look: the partial uploads hold what the file will claim.
    const fits = fitsPolicy(policy, file);
    if (!fits.ok) return fits;
    const parts = await gather(deps, actor, file, partials);
    if (!parts.ok) return parts;
    const at = deps.clock.now();
    return deps.files.transact(actor, (tx) =>
      idempotently(tx, request, () => replace(tx, partials, file, parts.value, at)),
    );
  };
  const joined = await writeNewFile(deps.objects, file, join, ({ id }) => id);
  if (joined.ok) announceAll(deps, actor, joined.value, partials);
  return joined;
}

/** Bytes of what was ended or sent anew meanwhile are not to be found: that is no failure of the store. */
async function gather(
  deps: JoinUploadsDeps,
  actor: Actor,
  file: File,
  partials: readonly Partial[],
): Promise<Outcome<readonly Part[]>> {
  try {
    return ok(await gatherParts(deps.objects, file, partials));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const refused = await endLostPartial(deps, actor, partials, error);
    if (refused.ok) throw error;
    return refused;
  }
}

function announceAll(deps: JoinUploadsDeps, actor: Actor, joined: File, partials: readonly Partial[]): void {
  announce(deps.bus, joined);
  for (const { file } of partials) {
    announce(deps.bus, file);
    // The answer does not wait for the store: what fails here, the sweeper repeats.
    void removeBytes(deps, actor, { ...file, state: 'CANCELLED', version: file.version + 1 }).catch(
      () => undefined,
    );
  }
}

/** Ends the partial uploads and enters the file that their bytes are now, complete. */
async function replace(
  tx: FileTransaction,
  partials: readonly Partial[],
  file: File,
  parts: readonly Part[],
  at: Date,
): Promise<Outcome<File>> {
  const ended = await endPartials(tx, partials, at);
  if (!ended.ok) return ended;
  // Gathering may have taken long, and the policy of now is the one that counts.
  const fits = fitsPolicy(await tx.policy(), file);
  if (!fits.ok) return fits;
  const inserted = written(await tx.insert(file), file);
  if (!inserted.ok) return inserted;
  await tx.putParts(file.id, parts);
  const receivedBytes = file.sizeBytes ?? 0;
  const begun =
    receivedBytes === 0
      ? ok(file)
      : await applyCommand(tx, { ...file, receivedBytes }, { kind: 'receive' }, at);
  return begun.ok ? applyCommand(tx, begun.value, { kind: 'complete', sizeBytes: receivedBytes }, at) : begun;
}
