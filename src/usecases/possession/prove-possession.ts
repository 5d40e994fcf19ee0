import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { File, Priority } from '../../domain/file.js';
import type { MetadataEntry } from '../../domain/metadata.js';
import { ok } from '../../domain/result.js';
import type { PossessionQuestion, StoredContent } from '../../ports/contents.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore } from '../../ports/file-store.js';
import type { Ids } from '../../ports/ids.js';
import { announce } from '../announce.js';
import { checkNewFile, fitsPolicy, type CheckedInput } from '../check-new-file.js';
import { idempotently } from '../idempotent.js';
import { makeStoredFile } from '../new-file.js';
import { adoptContent } from './adopt-content.js';
import { compareProof, type CompareProofDeps, type ProvenContent } from './compare-proof.js';
import type { TakeProofSlot } from './proof-slots.js';

/** The answer to a question about possession, and the file that is wanted for it. */
export interface ProvePossessionInput {
  readonly challenge: string;
  /** See `computeProof`. */
  readonly proof: string;
  readonly name: string;
  readonly contentType?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly metadata?: readonly MetadataEntry[] | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** What comes of an answer. */
export type PossessionResult =
  | { readonly kind: 'stored'; readonly file: File }
  | { readonly kind: 'send-bytes' };

/** What judging answers needs. */
export interface ProvePossessionDeps extends CompareProofDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly ids: Ids;
  readonly settings: { readonly idempotencyTtlSeconds: number };
  readonly takeSlot: TakeProofSlot;
  /** Is told what came of an answer. */
  readonly onProof: (outcome: PossessionResult['kind'], sizeBytes: number) => void;
}

/** When somebody may ask again who found all slots taken. */
const RETRY_AFTER_MS = 1_000;
/** Rolls back what was begun for an answer that does not hold. Never leaves this file. */
const REFUSED = fault('UPLOAD_INCOMPLETE');

/**
 * Makes a file without a transfer for somebody who has shown that they hold its bytes. The answer ends the
 * question. A wrong answer, bytes that are not stored and a verdict that no longer holds all come to the same:
 * the bytes have to be sent.
 *
 * @returns INVALID_NAME, BAD_USER_INPUT, TYPE_NOT_ALLOWED, TOO_LARGE, QUOTA_EXCEEDED, IDEMPOTENCY_MISMATCH;
 * OVERLOADED when too many answers are being compared
 */
export const provePossession =
  (deps: ProvePossessionDeps) =>
  async (actor: Actor, input: ProvePossessionInput): Promise<Outcome<PossessionResult>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const checked = checkNewFile(input);
    if (!checked.ok) return checked;
    const asked = await findAsked(deps, actor, input, checked.value);
    if (!asked.ok) return asked;
    const { question, stored } = asked.value;
    const release = deps.takeSlot(actor.tenantId);
    if (!release) return fault('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS });
    try {
      const proven = question && (await compareProof(deps, question, input.proof, stored));
      return await answer(deps, actor, input, { ...checked.value, question, proven });
    } finally {
      release();
    }
  };

interface Asked {
  /** `undefined` when it was answered, is over or never was. */
  readonly question: PossessionQuestion | undefined;
  readonly stored: StoredContent | undefined;
}

const findAsked = (
  { files }: ProvePossessionDeps,
  actor: Actor,
  { challenge }: ProvePossessionInput,
  { name, declaredType }: CheckedInput,
): Promise<Outcome<Asked>> =>
  files.transact(actor, async (tx) => {
    const question = await tx.findQuestion(challenge);
    if (!question) return ok({ question, stored: undefined });
    const fits = fitsPolicy(await tx.policy(), { name, sizeBytes: question.sizeBytes, declaredType });
    if (!fits.ok) return fits;
    return ok({ question, stored: await tx.findContent(question.sha256) });
  });

type Answered = CheckedInput & { readonly proven: ProvenContent | undefined } & Pick<Asked, 'question'>;

async function answer(
  deps: ProvePossessionDeps,
  actor: Actor,
  input: ProvePossessionInput,
  answered: Answered,
): Promise<Outcome<PossessionResult>> {
  const outcome = await store(deps, actor, input, answered);
  const sizeBytes = answered.question?.sizeBytes ?? 0;
  if (outcome.ok) {
    announce(deps.bus, outcome.value);
    deps.onProof('stored', sizeBytes);
    return ok({ kind: 'stored', file: outcome.value });
  }
  if (outcome !== REFUSED) return outcome;
  await deps.files.transact(actor, (tx) => tx.takeQuestion(input.challenge));
  deps.onProof('send-bytes', sizeBytes);
  return ok({ kind: 'send-bytes' });
}

/** One transaction: the end of the question and all that the file is. A twin of the request gets its answer. */
const store = (
  { files, ids, clock, settings }: ProvePossessionDeps,
  actor: Actor,
  input: ProvePossessionInput,
  { question, proven, ...checked }: Answered,
): Promise<Outcome<File>> =>
  files.transact(actor, (tx) => {
    const ttlSeconds = settings.idempotencyTtlSeconds;
    return idempotently(tx, { actor, operation: 'provePossession', input, ttlSeconds }, async () => {
      if (!question || !proven || !(await tx.takeQuestion(question.challenge))) return REFUSED;
      const { sizeBytes, sha256: declaredSha256 } = question;
      const at = clock.now();
      const file = makeStoredFile(actor, { ...checked, declaredSha256, sizeBytes }, ids.fileId(), at);
      return (await adoptContent(tx, file, proven, at)) ?? REFUSED;
    });
  });
