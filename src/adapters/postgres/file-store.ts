import type { FileStore } from '../../ports/file-store.js';
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
import { createOpenUploads } from './open-uploads.js';
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
        const { sql, send } = session;
        return work(createFileTransaction(session, { sql, send, scope, owed, held: new Map() }));
      },
      (value) => !isFailedOutcome(value) && owed?.isRefused !== true,
    );
  },
});

const AREAS = [
  createFileReads,
  createFileWrites,
  createOpenUploads,
  createLedger,
  createDirectTransfer,
  createInspection,
  createHistory,
  createIdempotency,
  createContents,
  createPolicies,
  createPossession,
  createDeadLetters,
  createQuarantine,
  createReleases,
  createRescans,
  createQuarantineHistory,
  createSagaLog,
] as const;

type Area = (typeof AREAS)[number];
type InAll<T> = (T extends unknown ? (all: T) => void : never) extends (all: infer All) => void ? All : never;
type Everything = InAll<ReturnType<Area>>;

/** Which area a method belongs to is the same in every transaction. */
const AREA_OF: ReadonlyMap<string | symbol, Area> = new Map(
  AREAS.flatMap((area) => Object.keys(area({} as FileScope)).map((method) => [method, area] as const)),
);

/**
 * Makes of the areas only what the transaction comes to use, as most need a few methods of two or three. Refuses every
 * call after its end, before a statement is even built. What is no method stays absent: with a `then` the object would
 * be taken for a promise that never settles.
 */
function createFileTransaction(session: Session, context: FileScope): Everything {
  const made = new Map<Area, object>();
  const make = (area: Area): object => {
    const fresh = area(context);
    made.set(area, fresh);
    return fresh;
  };
  return new Proxy({} as Everything, {
    get: (_, method): unknown => {
      const area = AREA_OF.get(method);
      if (!area) return undefined;
      if (!session.isOpen()) return () => Promise.reject(new TransactionEndedError());
      return Reflect.get(made.get(area) ?? make(area), method);
    },
  });
}

const isFailedOutcome = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
