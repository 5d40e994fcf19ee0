import pg from 'pg';
import { createBacklog } from '../../../src/adapters/postgres/backlog.js';
import { createWaitingRoom } from '../../../src/adapters/postgres/waiting-room.js';
import { createUuidV7Ids } from '../../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../../src/domain/actor.js';
import type { File } from '../../../src/domain/file.js';
import type { FileId } from '../../../src/domain/ids.js';
import { BUILT_IN_ROLES } from '../../../src/domain/permissions.js';
import type { Backlog } from '../../../src/ports/backlog.js';
import type { Ids } from '../../../src/ports/ids.js';
import type { Spool } from '../../../src/ports/spool.js';
import type { JobQueue } from '../../../src/ports/job-queue.js';
import type { StoreInventory } from '../../../src/ports/store-inventory.js';
import { collectOrphans } from '../../../src/usecases/collect-orphans.js';
import { handOut } from '../../../src/usecases/hand-out.js';
import { inspectFile } from '../../../src/usecases/inspect-file.js';
import type { InspectFileDeps } from '../../../src/usecases/inspection/inspection.js';
import { sweepQuarantine } from '../../../src/usecases/quarantine/sweep-quarantine.js';
import { sweep } from '../../../src/usecases/sweep.js';
import { openDatabase } from '../database.js';
import { openInspectionScene, type InspectionScene } from '../inspection-scene.js';
import { EICAR } from '../samples.js';
import { createFakeScanner } from '../memory-inspection.js';
import { ACME } from '../stored-files.js';

/** The store with all that it can do. */
export type SagaStore = InspectFileDeps['objects'] & StoreInventory;

/** All that the use-cases of sagas need. */
export interface SagaDeps extends Omit<InspectFileDeps, 'objects' | 'settings'> {
  readonly objects: SagaStore;
  readonly spool: Spool;
  readonly backlog: Backlog;
  readonly queue: JobQueue;
  readonly ids: Ids;
  readonly maxReleaseMs: number;
  readonly deadLetterMs: number;
  readonly settings: InspectFileDeps['settings'] & {
    readonly sessionTtlSeconds: number;
    readonly idempotencyTtlSeconds: number;
  };
}

/** Real parts around sagas, and time that passes when it is told to. */
export interface SagaScene extends Pick<InspectionScene, 'find' | 'ownerUrl'> {
  readonly deps: SagaDeps;
  inspect(file: File, deps?: SagaDeps): Promise<void>;
  /** Runs statements as the superuser. */
  readonly query: <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** Lets every lease and every upload be over. */
  passTime(): Promise<void>;
  /** What another process does then: hand out turns, and sweep. */
  reconcile(deps?: SagaDeps): Promise<void>;
  /** What the collector does when nothing is too young for it. */
  collect(): Promise<void>;
  close(): Promise<void>;
}

/** Somebody who may do everything, and somebody else who decides. */
export const [ANNA, OTTO] = ['anna', 'otto'].map((subject): Actor => {
  const roles = ['admin', 'analyst', 'uploader'];
  return {
    ...ACME,
    subject,
    roles,
    permissions: new Set(roles.flatMap((role) => BUILT_IN_ROLES[role] ?? [])),
  };
}) as [Actor, Actor];

/** More files than ever wait for their turn at once. */
const MAX_WAITING = 1_000;

const running = new AbortController().signal;

/** Finds nothing but what begins as the test virus does. */
const scanner = {
  ...createFakeScanner(),
  begin: async () => {
    let isInfected: boolean | undefined;
    const session = await createFakeScanner().begin();
    return {
      ...session,
      write: (chunk: Uint8Array) => {
        isInfected ??= Buffer.from(chunk.subarray(0, EICAR.length)).equals(EICAR);
        return Promise.resolve();
      },
      finish: () =>
        Promise.resolve(
          isInfected === true ? ({ kind: 'found', signature: 'Eicar' } as const) : ({ kind: 'ok' } as const),
        ),
    };
  },
};

/** Builds the scene, on the file system where no other store is given. */
export async function openSagaScene(openStore?: () => Promise<SagaStore>): Promise<SagaScene> {
  const scene = await openInspectionScene(openStore);
  const system = openDatabase(scene.systemUrl);
  const settings = { ...scene.deps.settings, sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
  const deps: SagaDeps = {
    ...{ ...scene.deps, scanner, settings, ids: createUuidV7Ids(), maxReleaseMs: 3_600_000, deadLetterMs: 0 },
    objects: scene.deps.objects as SagaStore,
    backlog: createBacklog(system, { graceMs: 0 }),
    queue: { enqueueInspection: (job) => inspectFile(deps)(job, running).then(() => undefined) },
  };
  const hand = handOut({ waitingRoom: createWaitingRoom(system), queue: deps.queue, window: MAX_WAITING });
  const superuser = new pg.Pool({ connectionString: scene.ownerUrl, max: 2 });
  // A pool has ended before its connections have; dropping the database may be quicker than those, and both tell of it.
  superuser.on('error', () => undefined);
  superuser.on('connect', (client) => client.on('error', () => undefined));
  const query: SagaScene['query'] = async (text, values = []) =>
    (await superuser.query(text, [...values])).rows as never;
  return {
    ...{ deps, query, ownerUrl: scene.ownerUrl, find: (file: File) => scene.find(file) },
    inspect: async ({ id: fileId, tenantId, priority, attempt }, own = deps) => {
      await inspectFile(own)({ fileId, tenantId, priority, attempt, correlationId: 'c' }, running);
    },
    passTime: async () => {
      for (const statement of LATER) await query(statement);
    },
    reconcile: async (own = deps) => {
      await hand();
      await sweep(own)(running);
      await sweepQuarantine(own)(running);
    },
    collect: async () => {
      const unchangedSince = new Date(Date.now() + 3_600_000);
      await collectOrphans(deps)({ unchangedSince, signal: running, goOn: () => Promise.resolve(true) });
    },
    close: async () => {
      await superuser.end();
      await system.close();
      await scene.close();
    },
  };
}

const LATER = [
  `update files set lease_until = null, next_attempt_at = now() - interval '1 hour' where state = 'SCANNING'`,
  `update files set expires_at = now() - interval '1 hour' where state in ('PENDING', 'RECEIVING')`,
  `update releases set expires_at = requested_at + interval '1 millisecond' where status in ('REQUESTED', 'APPROVED')`,
];

/** Files whose sagas are not over, as the rows have it. */
export const countOpen = async ({ query }: SagaScene): Promise<number> => {
  const [row] = await query<{ open: number }>(
    'select count(*)::int as open from files where staged_removed_at is null',
  );
  return row?.open ?? 0;
};

/** Ids of the files with a name. */
export const filesNamed = async ({ query }: SagaScene, name: string): Promise<readonly FileId[]> =>
  (await query<{ id: FileId }>('select id from files where name = $1 order by id', [name])).map(
    ({ id }) => id,
  );
