import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { File } from '../../src/domain/file.js';
import type { ByteRange } from '../../src/ports/object-store.js';
import { openDownload, type Download } from '../../src/usecases/downloads.js';
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

  it('is known by proofs that nobody changes and no other tenant reads', async () => {
    const { vaultKey } = await clean(randomBytes(SIZE));
    const blocksFor = (tenant: typeof ACME) =>
      scene.deps.files.transact(tenant, (tx) => tx.blocksOf(vaultKey ?? ''));
    expect(await blocksFor(ACME)).toMatchObject({ blockBytes: 262_144 });
    expect(await blocksFor(GLOBEX)).toBeUndefined();
    const may = `has_column_privilege('lazaret_app', 'contents', $1, 'update') as may`;
    for (const column of ['block_bytes', 'block_macs', 'sha256']) {
      const rows = await asSuperuser(scene.ownerUrl, (db) => db.query(`select ${may}`, [column]));
      expect(rows).toMatchObject({ rows: [{ may: false }] });
    }
  });

  it('is served whole only when it was sealed before blocks were proven', async () => {
    const bytes = randomBytes(SIZE);
    const file = await clean(bytes);
    expect((await open(file)).hasRanges).toBe(true);
    await asSuperuser(scene.ownerUrl, (db) =>
      db.query('update contents set block_bytes = null, block_macs = null where vault_key = $1', [
        file.vaultKey,
      ]),
    );
    expect((await open(file)).hasRanges).toBe(false);
    expect((await read(file)).equals(bytes)).toBe(true);
    await flip(file, 5);
    await expect(read(file)).rejects.toThrow('other bytes');
  });
});
