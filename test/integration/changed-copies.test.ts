import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { File } from '../../src/domain/file.js';
import type { ByteRange } from '../../src/ports/object-store.js';
import { openDownload, type Download } from '../../src/usecases/downloads.js';
import { rescanCopy } from '../../src/usecases/rescan/rescan-copy.js';
import { asSuperuser } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, GLOBEX } from '../support/stored-files.js';

const SIZE = 1_000_000;

describe('a clean file whose bytes were replaced in the store', () => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene();
  });
  afterAll(() => scene.close());

  const clean = async (bytes: Buffer): Promise<File> => {
    const file = await scene.receive(bytes);
    expect(await scene.inspect(file)).toMatchObject({ kind: 'decided', verdict: { outcome: 'CLEAN' } });
    return scene.find(file);
  };
  const open = async ({ tenantId, id: fileId }: File): Promise<Download> => {
    const grant = { tenantId, fileId, subject: 'alice' };
    const outcome = await openDownload({ ...scene.deps, downloads: { count: () => undefined } })(grant, ACME);
    if (!outcome.ok) throw new Error(outcome.fault.message);
    return outcome.value;
  };
  const read = async (file: File, range?: ByteRange): Promise<Buffer> =>
    buffer((await (await open(file)).read(range)).body);
  const flip = async ({ vaultKey }: File, at: number): Promise<void> => {
    const sealed = path.join(scene.root, 'vault', `${vaultKey ?? ''}.bytes`);
    const bytes = await readFile(sealed);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(sealed, bytes);
  };

  it('serves none of them, whole or in a range, and the rest as it was', async () => {
    const bytes = randomBytes(SIZE);
    const file = await clean(bytes);
    expect(await read(file, { start: 299_999, end: 600_000 })).toEqual(bytes.subarray(299_999, 600_001));
    await flip(file, 300_000);
    await expect(read(file)).rejects.toThrow('other bytes');
    await expect(read(file, { start: 300_001, end: 300_001 })).rejects.toThrow('other bytes');
    expect(await read(file, { start: 600_000, end: 600_009 })).toEqual(bytes.subarray(600_000, 600_010));
  });

  it('serves none of a small one, which is one block', async () => {
    const bytes = randomBytes(2_000);
    const file = await clean(bytes);
    expect(await read(file, { start: 1_000, end: 1_001 })).toEqual(bytes.subarray(1_000, 1_002));
    await flip(file, 0);
    await expect(read(file, { start: 1_000, end: 1_001 })).rejects.toThrow('other bytes');
  });

  const blockSize = ({ vaultKey }: File, tenant = ACME): Promise<number | undefined> =>
    scene.deps.files.transact(tenant, (tx) => tx.blockSize(vaultKey ?? ''));

  it('is known by proofs that nobody changes and no other tenant reads', async () => {
    const file = await clean(randomBytes(SIZE));
    expect([await blockSize(file), await blockSize(file, GLOBEX)]).toEqual([262_144, undefined]);
    const other = { blockBytes: 1_000, macs: randomBytes(32) };
    await scene.deps.files.transact(ACME, (tx) => tx.addBlocks(file.vaultKey ?? '', other));
    expect(await blockSize(file)).toBe(262_144);
    const change = (changes: string): Promise<unknown> =>
      asSuperuser(scene.ownerUrl, (db) =>
        db.query(`update contents set ${changes} where vault_key = $1`, [file.vaultKey]),
      );
    await expect(change('block_macs = block_macs || block_macs')).rejects.toThrow('stay what they are');
    await expect(change('block_bytes = null, block_macs = null')).rejects.toThrow('stay what they are');
    await change('download_count = 5');
  });

  /** As it was sealed before blocks were proven. */
  const forgetBlocks = ({ vaultKey }: File): Promise<unknown> =>
    asSuperuser(scene.ownerUrl, async (db) => {
      await db.query('set session_replication_role = replica');
      return db.query('update contents set block_bytes = null, block_macs = null where vault_key = $1', [
        vaultKey,
      ]);
    });

  it('is served whole only when it was sealed before blocks were proven', async () => {
    const bytes = randomBytes(SIZE);
    const file = await clean(bytes);
    expect((await open(file)).hasRanges).toBe(true);
    await forgetBlocks(file);
    expect((await open(file)).hasRanges).toBe(false);
    expect((await read(file)).equals(bytes)).toBe(true);
    await flip(file, 5);
    await expect(read(file)).rejects.toThrow('other bytes');
  });

  it('has proven blocks again as soon as all of it is read: when the same bytes come, or it is examined', async () => {
    const bytes = randomBytes(SIZE);
    const file = await clean(bytes);
    await forgetBlocks(file);
    expect((await clean(bytes)).vaultKey).toBe(file.vaultKey);
    expect(await read(file, { start: 500_000, end: 500_009 })).toEqual(bytes.subarray(500_000, 500_010));
    await forgetBlocks(file);
    const settings = { leaseMs: 10_000, maxBackoffMs: 60_000, idempotencyTtlSeconds: 60 };
    const { id: fileId, tenantId, attempt } = file;
    const job = { tenantId, fileId, attempt, priority: 'MAINTENANCE', correlationId: 'rescan' } as const;
    const rescan = rescanCopy({ ...scene.deps, settings });
    expect(await rescan(job, new AbortController().signal)).toEqual({ kind: 'clean' });
    expect(await read(file, { start: 500_000, end: 500_009 })).toEqual(bytes.subarray(500_000, 500_010));
  });
});
