import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createThreadedDigester } from '../../src/adapters/digest/threaded-digester.js';
import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createUploadSpool } from '../../src/adapters/filesystem/upload-spool.js';
import { createFileStore } from '../../src/adapters/postgres/file-store.js';
import { createMaintenance } from '../../src/adapters/postgres/maintenance.js';
import { createRedisUploadLocks } from '../../src/adapters/redis/upload-locks.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { UploadLocks } from '../../src/ports/upload-locks.js';
import { collectOrphans } from '../../src/usecases/collect-orphans.js';
import { appendToUpload, type AppendDeps } from '../../src/usecases/resumable/append-to-upload.js';
import { openDatabase } from './database.js';
import { openRedisBus } from './open-redis-bus.js';
import { ACME } from './stored-files.js';

/** Where the holder works, and on what. */
export interface HolderTask {
  readonly systemUrl: string;
  readonly redisUrl: string;
  readonly storeRoot: string;
  readonly spoolRoot: string;
  readonly fileId: string;
  readonly text: string;
}

/** What became of what it tried after its pause. */
export interface HolderReport {
  readonly append: unknown;
  readonly collect: { readonly isComplete: boolean; readonly removed: number };
}

/** Shorter than any pause. */
const LEASE_MS = 1_000;
const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };

/** Opens what both the holder and its successor work with. */
export async function openHolder({ systemUrl, redisUrl, storeRoot, spoolRoot }: HolderTask) {
  const clock = createSystemClock();
  const database = openDatabase(systemUrl);
  const { bus, connections } = await openRedisBus(redisUrl, 'holders');
  const objects = await createFilesystemStore({ root: storeRoot, clock });
  const spool = await createUploadSpool({ root: spoolRoot, minFreeBytes: 0, clock });
  const settings = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
  const files = createFileStore(database);
  const locks = createRedisUploadLocks({ commands: connections.commands, bus, leaseMs: LEASE_MS });
  const ids = createUuidV7Ids();
  const deps = { files, objects, bus, clock, spool, digests: createThreadedDigester(), ids, locks, settings };
  return {
    deps: deps satisfies AppendDeps,
    maintenance: createMaintenance(database, LEASE_MS),
    append: (fileId: string, body: Readable, own: Partial<AppendDeps> = {}) =>
      appendToUpload({ ...deps, ...own })(ACTOR, { fileId, offsetBytes: 0, body }),
    collect: (goOn: () => Promise<boolean>) =>
      collectOrphans({ files, objects })({
        unchangedSince: new Date(clock.now().getTime() + 3_600_000),
        signal: new AbortController().signal,
        goOn,
      }),
    close: async () => {
      await connections.close();
      await database.close();
    },
  };
}

/** A lock of Redis whose holder believes in it for ever, as after a failover that forgot it, or under a bad clock. */
const believingIn = (locks: UploadLocks): UploadLocks => ({
  acquire: async (upload) => {
    const lock = await locks.acquire(upload);
    return lock && { ...lock, wanted: new AbortController().signal, isHeld: () => true };
  },
});

/** Takes the upload and the collector's work, says so, waits for a word, and goes on as if nothing had happened. */
async function hold(task: HolderTask): Promise<void> {
  const holder = await openHolder(task);
  const goneOn = once(process.stdin, 'data');
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from(task.text);
    process.stdout.write('holds the upload\n');
    await goneOn;
  }
  const lease = await holder.maintenance.begin('collector', 0);
  const collecting = holder.collect(async () => {
    process.stdout.write('holds the work\n');
    await goneOn;
    return (await lease?.renew()) ?? true;
  });
  const appending = holder.append(task.fileId, Readable.from(body(), { objectMode: false }), {
    locks: believingIn(holder.deps.locks),
  });
  const [append, { isComplete, kinds }] = await Promise.all([appending, collecting]);
  await lease?.finish();
  const report: HolderReport = { append, collect: { isComplete, removed: kinds.sealed.removed } };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  await holder.close();
  process.stdin.destroy();
}

const task = process.env['LATE_HOLDER'];
if (task !== undefined) await hold(JSON.parse(task) as HolderTask);
