import { and, eq, lte, sql, type SQL } from 'drizzle-orm';
import { idempotencyKeys } from '../../../db/schema/idempotency-keys.js';
import { PermanentError } from '../../domain/errors.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { ClaimOutcome, IdempotencyClaim } from '../../ports/idempotency.js';
import { databaseNow, databaseNowPlus, type FileScope } from './file-scope.js';

/** A key can vanish between two statements when it expires; more often than this it does not. */
const MAX_CLAIM_TRIES = 3;

/** Keys under which requests have one effect and one answer. */
export const createIdempotency = (context: FileScope): Pick<FileTransaction, 'claimKey' | 'storeAnswer'> => ({
  claimKey: async (claim) => {
    for (let tries = 0; tries < MAX_CLAIM_TRIES; tries += 1) {
      const outcome = await tryClaim(context, claim);
      if (outcome) return outcome;
    }
    throw new PermanentError('postgres', 'An idempotency key appears and vanishes.');
  },
  storeAnswer: async (key, answer) => {
    // Binding the parameter as JSON keeps an answer of `null` apart from no answer.
    const stored = await context.sql
      .update(idempotencyKeys)
      .set({ answer: sql`${JSON.stringify(answer)}::jsonb` })
      .where(isKey(context, key))
      .returning({ id: idempotencyKeys.id });
    if (stored.length === 0) {
      throw new PermanentError('postgres', 'The answered idempotency key was never claimed.');
    }
  },
});

/** `undefined` when the key vanished meanwhile. */
async function tryClaim(context: FileScope, claim: IdempotencyClaim): Promise<ClaimOutcome | undefined> {
  if ((await insertKey(context, claim)) || (await takeExpiredKey(context, claim))) return { kind: 'claimed' };
  const [row] = await context.sql
    .select({
      fingerprint: idempotencyKeys.fingerprint,
      answer: idempotencyKeys.answer,
      isAnswered: sql<boolean>`${idempotencyKeys.answer} is not null`,
    })
    .from(idempotencyKeys)
    .where(isKey(context, claim.key))
    .for('update');
  if (!row) return undefined;
  if (row.fingerprint !== claim.fingerprint) return { kind: 'mismatch' };
  // Claimed by a transaction that committed without an answer: the effect is still owed.
  return row.isAnswered ? { kind: 'replayed', answer: row.answer } : { kind: 'claimed' };
}

/** Waits for a twin that holds the key: until it commits, and then nothing is inserted, or rolls back. */
async function insertKey({ sql: db, scope }: FileScope, claim: IdempotencyClaim): Promise<boolean> {
  const { key, fingerprint, ttlSeconds } = claim;
  const inserted = await db
    .insert(idempotencyKeys)
    .values({ tenantId: scope.tenantId, key, fingerprint, expiresAt: databaseNowPlus(ttlSeconds * 1000) })
    .onConflictDoNothing()
    .returning({ id: idempotencyKeys.id });
  return inserted.length === 1;
}

async function takeExpiredKey(context: FileScope, claim: IdempotencyClaim): Promise<boolean> {
  const { key, fingerprint, ttlSeconds } = claim;
  const taken = await context.sql
    .update(idempotencyKeys)
    .set({ fingerprint, answer: null, expiresAt: databaseNowPlus(ttlSeconds * 1000) })
    .where(and(isKey(context, key), lte(idempotencyKeys.expiresAt, databaseNow)))
    .returning({ id: idempotencyKeys.id });
  return taken.length === 1;
}

const isKey = ({ scope }: FileScope, key: string): SQL | undefined =>
  and(eq(idempotencyKeys.tenantId, scope.tenantId), eq(idempotencyKeys.key, key));
