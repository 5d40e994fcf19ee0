import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import type { InspectFileDeps } from '../../src/usecases/inspection/inspection.js';
import { reconcileSagas } from '../../src/usecases/reconcile-sagas.js';
import { deleteFile } from '../../src/usecases/end-file.js';
import { inspectFile, type InspectionOutcome } from '../../src/usecases/inspect-file.js';
import { receiveFile } from '../../src/usecases/receive-file.js';
import { asSuperuser } from './database.js';
import type { InspectionScene } from './inspection-scene.js';
import { createFakeScanner, sha256Of } from './memory-inspection.js';
import { ACME, GLOBEX } from './stored-files.js';

const permissions: Actor['permissions'] = new Set([
  'file:read',
  'file:upload',
  'file:download',
  'file:delete',
]);

/** Somebody of each tenant who may do everything. */
export const ACTORS: readonly Actor[] = [ACME, GLOBEX].map((scope) => ({ ...scope, roles: [], permissions }));

/** Sorted words about everything that is kept, by what must be there and by what is. */
export interface Kept {
  /** One for each content of each tenant that a clean file has. */
  readonly live: readonly string[];
  /** One for each object in the vault, by the hash of its bytes. */
  readonly stored: readonly string[];
  /** One for each counted copy, with its references. */
  readonly counted: readonly string[];
  /** The same, counted over the files. */
  readonly referenced: readonly string[];
}

/** Uploads, inspections and deletions over the real database and a real store, with a scanner that finds nothing. */
export interface SharingScene {
  readonly deps: InspectFileDeps;
  upload(actor: Actor, bytes: Buffer): Promise<File>;
  receive(actor: Actor, bytes: Buffer): Promise<File>;
  inspect(file: File, overrides?: Partial<InspectFileDeps>): Promise<InspectionOutcome>;
  remove(actor: Actor, file: File, overrides?: Partial<InspectFileDeps>): Promise<void>;
  /** What the sweeper comes to: inspects what waits, cleans up what has ended. */
  settle(): Promise<void>;
  look(): Promise<Kept>;
}

/** Builds the scene on one of inspections. */
export function createSharingScene(scene: InspectionScene): SharingScene {
  const deps = { ...scene.deps, scanner: createFakeScanner() };
  const query = <T extends pg.QueryResultRow>(text: string): Promise<T[]> =>
    asSuperuser(scene.ownerUrl, async (client) => (await client.query<T>(text)).rows);
  const receive: SharingScene['receive'] = async (actor, bytes) => {
    const settings = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
    const outcome = await receiveFile({ ...deps, ids: createUuidV7Ids(), settings })(actor, {
      name: 'sample.bin',
      body: Readable.from(bytes.length > 0 ? [Buffer.from(bytes)] : [], { objectMode: false }),
      signal: new AbortController().signal,
    });
    if (!outcome.ok) throw new Error(outcome.fault.message);
    return outcome.value;
  };
  const inspect: SharingScene['inspect'] = ({ id: fileId, tenantId, priority, attempt }, overrides = {}) => {
    const job = { fileId, tenantId, priority, attempt, correlationId: 'inspection' };
    return inspectFile({ ...deps, ...overrides })(job, new AbortController().signal);
  };
  return {
    deps,
    receive,
    inspect,
    upload: async (actor, bytes) => {
      const file = await receive(actor, bytes);
      await inspect(file);
      const found = await deps.files.transact(actor, (tx) => tx.find(file.id));
      if (!found) throw new Error('The file is gone.');
      return found;
    },
    remove: async (actor, { id }, overrides = {}) => {
      const settings = { idempotencyTtlSeconds: 60 };
      const outcome = await deleteFile({ ...deps, ...overrides, settings })(actor, { fileId: id });
      if (!outcome.ok && outcome.fault.code !== 'CONFLICT') throw new Error(outcome.fault.message);
    },
    settle: async () => {
      await query(`update files set lease_until = null, next_attempt_at = now() where state = 'SCANNING'`);
      for (const file of await query<File>(WAITING)) await inspect(file);
      for (const due of await query<{ tenantId: File['tenantId']; fileId: File['id'] }>(ENDED)) {
        await reconcileSagas(deps)(due);
      }
    },
    look: async () => ({
      live: words(await query(LIVE)),
      stored: await listVault(scene.root),
      counted: words(await query(COUNTED)),
      referenced: words(await query(REFERENCED)),
    }),
  };
}

const WAITING = `select id, tenant_id as "tenantId", priority, attempt from files where state = 'SCANNING'`;
const ENDED = `select tenant_id as "tenantId", id as "fileId" from files
  where staged_removed_at is null and state not in ('PENDING', 'RECEIVING', 'SCANNING')`;
const LIVE = `select distinct tenant_id || ' ' || sha256 as word from files where state = 'CLEAN'`;
const COUNTED = `select tenant_id || ' ' || vault_key || ' ' || reference_count as word from contents`;
const REFERENCED = `select tenant_id || ' ' || vault_key || ' ' || count(*) as word from files
  where vault_key is not null group by tenant_id, vault_key`;

const words = (rows: readonly pg.QueryResultRow[]): string[] =>
  rows.map((row) => String(row['word'])).toSorted();

async function listVault(root: string): Promise<string[]> {
  const entries = await readdir(path.join(root, 'vault'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const found = files.map(async ({ parentPath, name }) => {
    const file = path.join(parentPath, name);
    const [tenant] = path.relative(path.join(root, 'vault'), file).split(path.sep);
    return `${tenant ?? ''} ${sha256Of(await readFile(file))}`;
  });
  return (await Promise.all(found)).toSorted();
}
