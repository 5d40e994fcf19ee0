import type { FileStore, FileTransaction } from '../../ports/file-store.js';
import { createContents } from './contents.js';
import type { Database } from './database.js';
import { createDeadLetters } from './dead-letters.js';
import { createDirectTransfer } from './direct-transfer.js';
import { createFileReads } from './file-reads.js';
import type { FileScope } from './file-scope.js';
import { createFileWrites } from './file-writes.js';
import { createHistory } from './history.js';
import { createIdempotency } from './idempotency.js';
import { createInspection } from './inspection.js';
import { createLedger } from './ledger.js';
import { createPolicies } from './policies.js';
import { createPossession } from './possession.js';
import { oweUsage, type Owed } from './owed-usage.js';
import { createQuarantine } from './quarantine.js';
import { createQuarantineHistory } from './quarantine-history.js';
import { createReleases } from './releases.js';
import { createRescans } from './rescans.js';
import { createSagaLog } from './saga-log.js';
import { TransactionEndedError, type Session } from './session.js';

/** The truth about files in Postgres, under row-level security. */
export const createFileStore = (database: Database): FileStore => ({
  transact: (scope, work) => {
    const { tenantId, subject } = scope;
    let owed: Owed | undefined;
    return database.transaction(
      { kind: 'tenant', tenantId, subject },
      (session) => {
        owed = oweUsage(session, scope);
        return work(
          whileOpen(session, createFileTransaction({ sql: session.sql, scope, owed, held: new Map() })),
        );
      },
      (value) => !isFailedOutcome(value) && owed?.isRefused !== true,
    );
  },
});

function createFileTransaction(context: FileScope): FileTransaction {
  return {
    ...createFileReads(context),
    ...createFileWrites(context),
    ...createLedger(context),
    ...createDirectTransfer(context),
    ...createInspection(context),
    ...createHistory(context),
    ...createIdempotency(context),
    ...createContents(context),
    ...createPolicies(context),
    ...createPossession(context),
    ...createDeadLetters(context),
    ...createQuarantine(context),
    ...createReleases(context),
    ...createRescans(context),
    ...createQuarantineHistory(context),
    ...createSagaLog(context),
  };
}

const isFailedOutcome = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;

/**
 * Refuses every call after the transaction, before a statement is even built. What is no method stays absent:
 * with a `then` the object would be taken for a promise that never settles.
 */
const whileOpen = (session: Session, tx: FileTransaction): FileTransaction =>
  new Proxy(tx, {
    get: (target, method): unknown =>
      session.isOpen() || !Reflect.has(target, method)
        ? Reflect.get(target, method)
        : () => Promise.reject(new TransactionEndedError()),
  });
