import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { PermanentError, TransientError } from '../../src/domain/errors.js';
import { bodyOf, digest, hashOf, stallingBody } from '../support/test-bytes.js';
import { describeObjectStore } from './object-store.js';

const clock = createSystemClock();
const makeRoot = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'lazaret-store-'));

/** Every file and directory below the root, without the areas themselves. */
async function everything(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => !['ingest', 'vault', 'quarantine', 'tmp'].includes(name)).sort();
}

describeObjectStore('filesystem', async () => {
  const root = await makeRoot();
  return {
    store: await createFilesystemStore({ root, clock }),
    reopen: () => createFilesystemStore({ root, clock }),
    setIdentity: async (text) => {
      const file = path.join(root, 'store-id');
      await (text === undefined ? rm(file, { force: true }) : writeFile(file, text));
    },
    leftovers: () => everything(root),
    close: () => rm(root, { recursive: true }),
  };
});

describe('filesystem store on its disk', () => {
  let root: string;
  let store: Awaited<ReturnType<typeof createFilesystemStore>>;
  beforeEach(async () => {
    root = await makeRoot();
    store = await createFilesystemStore({ root, clock });
  });
  afterEach(() => rm(root, { recursive: true }));

  it('lets nobody but its own user look into it', async () => {
    await chmod(root, 0o755);
    store = await createFilesystemStore({ root, clock });
    const upload = await store.beginUpload('t/f');
    await store.putPart(upload, 2, 10, bodyOf(10, 'open'));
    await store.write({ area: 'vault', key: 't/f/1' }, 10, bodyOf(10, 'a'));
    await store.write({ area: 'ingest', key: 't/g' }, 10, bodyOf(10, 'a'));
    for (const name of ['.', ...(await readdir(root, { recursive: true }))]) {
      const stats = await stat(path.join(root, name));
      expect([name, stats.mode & 0o777]).toEqual([name, stats.isDirectory() ? 0o700 : 0o600]);
    }
  });

  it('removes a replaced part from the disk when the upload ends', async () => {
    const upload = await store.beginUpload('t/f');
    await store.putPart(upload, 1, 10, bodyOf(10, 'old'));
    const part = await store.putPart(upload, 1, 10, bodyOf(10, 'new'));
    await store.finishUpload(upload, [part]);
    const files = await everything(root);
    expect(files.filter((name) => /\d-[0-9a-f]{32}$/.test(name))).toEqual([
      `ingest/t/f.object/sealed-${upload.handle}/1-${part.etag}`,
    ]);
  });

  it('removes one version of a part, and keeps the other', async () => {
    const upload = await store.beginUpload('t/f');
    const old = await store.putPart(upload, 1, 10, bodyOf(10, 'old'));
    const part = await store.putPart(upload, 1, 10, bodyOf(10, 'new'));
    await store.discardPart?.(upload, old);
    await store.discardPart?.(upload, old);
    const files = await everything(root);
    expect(files.filter((name) => /\d-[0-9a-f]{32}$/.test(name))).toEqual([
      `ingest/t/f.object/open-${upload.handle}/1-${part.etag}`,
    ]);
  });

  it('finishes an upload whose end was cut off between two steps', async () => {
    const upload = await store.beginUpload('f');
    const part = await store.putPart(upload, 1, 10, bodyOf(10, 'a'));
    const directory = path.join(root, 'ingest', 'f.object');
    await rename(
      path.join(directory, `open-${upload.handle}`),
      path.join(directory, `sealed-${upload.handle}`),
    );
    expect(await store.read({ area: 'ingest', key: 'f' })).toBeUndefined();
    await store.finishUpload(upload, [part]);
    const object = await store.read({ area: 'ingest', key: 'f' });
    expect(object && (await digest(object.body)).sha256).toBe(hashOf([10, 'a']));
  });

  it('fails to read, instead of ending early, where a file has become shorter, and has none where it is gone', async () => {
    await store.write({ area: 'ingest', key: 'f' }, 1000, bodyOf(1000, 'a'));
    const file = (await everything(root)).find((name) => /\/1-[0-9a-f]{32}$/.test(name)) ?? '';
    await writeFile(path.join(root, file), 'short');
    const shorter = await store.read({ area: 'ingest', key: 'f' });
    await expect(shorter && digest(shorter.body)).rejects.toBeInstanceOf(PermanentError);
    await rm(path.join(root, file));
    expect(await store.read({ area: 'ingest', key: 'f' })).toBeUndefined();
  });

  it('names the upload whose parts cannot be given to another one', async () => {
    const [target, whole, lost] = [
      await store.beginUpload('target'),
      await store.beginUpload('whole'),
      await store.beginUpload('lost'),
    ];
    const sources = [whole, lost].map(async (upload) => ({
      upload,
      part: await store.putPart(upload, 1, 10, bodyOf(10, 'a')),
    }));
    const adopting = await Promise.all(sources);
    const file = (await everything(root)).find((name) => /\/lost.*\/1-[0-9a-f]{32}$/.test(name)) ?? '';
    await rm(path.join(root, file));
    await expect(store.adoptParts?.(target, adopting)).rejects.toMatchObject({
      name: 'UploadGoneError',
      key: 'lost',
    });
    await store.abortUpload(lost);
    await expect(store.adoptParts?.(target, adopting)).rejects.toMatchObject({
      name: 'UploadGoneError',
      key: 'lost',
    });
  });

  it('is away where others made its directories in the mount point, once it has an id', async () => {
    const id = '6f7529f9-3a01-4f2e-8e38-4dcf511e81a1';
    await store.identify(id);
    const file = path.join(root, 'store-id');
    await rename(file, `${file}.elsewhere`);
    await expect(store.check()).rejects.toBeInstanceOf(TransientError);
    await expect(store.stat({ area: 'vault', key: 't/f/1' })).rejects.toBeInstanceOf(TransientError);
    expect(await store.identity()).toBeUndefined();
    await rename(`${file}.elsewhere`, file);
    await store.check();
    expect(await store.stat({ area: 'vault', key: 't/f/1' })).toBeUndefined();
    expect(await store.identity()).toBe(id);
  });

  it('is away, and has lost nothing, while its disk is not mounted', async () => {
    const [sealed, staged] = [
      { area: 'vault', key: 't/f/1' },
      { area: 'ingest', key: 't/g' },
    ] as const;
    await store.write(sealed, 10, bodyOf(10, 'a'));
    await store.write(staged, 10, bodyOf(10, 'b'));
    const upload = await store.beginUpload('t/f');
    const part = await store.putPart(upload, 1, 10, bodyOf(10, 'c'));
    const spooled = await store.spool.open();
    const areas = await readdir(root);
    const elsewhere = await makeRoot();
    for (const area of areas) await rename(path.join(root, area), path.join(elsewhere, area));
    const asked: Record<string, () => Promise<unknown>> = {
      stat: () => store.stat(sealed),
      read: () => store.read(sealed),
      lend: () => store.lend(staged),
      remove: () => store.remove(sealed),
      removeStaged: () => store.remove(staged),
      write: () => store.write(sealed, 10, bodyOf(10, 'a')),
      beginUpload: () => store.beginUpload('t/h'),
      putPart: () => store.putPart(upload, 2, 10, bodyOf(10, 'd')),
      discardPart: async () => store.discardPart?.(upload, part),
      finishUpload: () => store.finishUpload(upload, [part]),
      abortUpload: () => store.abortUpload(upload),
      isolate: () => store.isolate(sealed, 't/f'),
      readIsolated: () => store.readIsolated('t/f'),
      removeIsolated: () => store.removeIsolated('t/f'),
      append: async () => {
        await spooled.append(Buffer.alloc(10));
        await spooled.settle();
      },
      spareBytes: async () => store.spareBytes?.(),
      check: () => store.check(),
    };
    for (const [name, ask] of Object.entries(asked)) {
      await expect(ask(), name).rejects.toBeInstanceOf(TransientError);
    }
    expect(await readdir(root)).toEqual([]);
    for (const area of areas) await rename(path.join(elsewhere, area), path.join(root, area));
    await rm(elsewhere, { recursive: true });
    await spooled.close();
    await store.finishUpload(upload, [part]);
    expect(await store.stat(sealed)).toBe(10);
    expect(await store.isolate(staged, 't/g')).toBe(true);
  });

  it('follows no symbolic link out of its root', async () => {
    const outside = await makeRoot();
    await writeFile(path.join(outside, '1.bytes'), 'secret');
    await mkdir(path.join(root, 'vault', 't'));
    await symlink(outside, path.join(root, 'vault', 't', 'f'));
    await symlink(path.join(outside, '1.bytes'), path.join(root, 'vault', 'linked.bytes'));
    await symlink(outside, path.join(root, 'ingest', 'f.object'));
    const key = 't/f/1';
    await expect(store.read({ area: 'vault', key })).rejects.toBeInstanceOf(PermanentError);
    await expect(store.write({ area: 'vault', key }, 1, bodyOf(1, 'x'))).rejects.toBeInstanceOf(
      PermanentError,
    );
    await expect(store.remove({ area: 'vault', key })).rejects.toBeInstanceOf(PermanentError);
    await expect(store.read({ area: 'vault', key: 'linked' })).rejects.toBeInstanceOf(PermanentError);
    await expect(store.beginUpload('f')).rejects.toBeInstanceOf(PermanentError);
    expect(await readdir(outside)).toEqual(['1.bytes']);
    expect(await readFile(path.join(outside, '1.bytes'), 'utf8')).toBe('secret');
    expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
    await rm(outside, { recursive: true });
  });

  it('does not try for ever to make a directory in whose place a symbolic link leads nowhere', async () => {
    await symlink(path.join(root, 'nowhere'), path.join(root, 'vault', 't'));
    const write = store.write({ area: 'vault', key: 't/f' }, 1, bodyOf(1, 'x'));
    await expect(write).rejects.toBeInstanceOf(TransientError);
    expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
  });

  it('sweeps at its start what dead processes left, and nothing of the living', async () => {
    const upload = await store.beginUpload('f');
    const controller = new AbortController();
    const putting = store.putPart(upload, 1, 1000, stallingBody(10), controller.signal);
    await expect.poll(() => readdir(path.join(root, 'tmp'))).toHaveLength(1);
    const [alive = ''] = await readdir(path.join(root, 'tmp'));
    const [domain = '', pid = ''] = alive.split('-');
    const dead = `${domain}-${pid}-1-${'0'.repeat(32)}`;
    const foreign = `${'0'.repeat(16)}-1-1-${'0'.repeat(32)}`;
    const old = `${'0'.repeat(16)}-2-2-${'0'.repeat(32)}`;
    for (const name of [dead, foreign, old]) await writeFile(path.join(root, 'tmp', name), 'x');
    const longAgo = new Date(clock.now().getTime() - 25 * 60 * 60 * 1000);
    await utimes(path.join(root, 'tmp', old), longAgo, longAgo);
    await createFilesystemStore({ root, clock });
    expect((await readdir(path.join(root, 'tmp'))).sort()).toEqual([alive, foreign].sort());
    controller.abort();
    await expect(putting).rejects.toThrow();
  });

  it('closes the file of a body that is destroyed unread', async () => {
    await store.write({ area: 'vault', key: 'f' }, 1000, bodyOf(1000, 'a'));
    const descriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    const before = await descriptors();
    for (let round = 0; round < 50; round += 1) {
      (await store.read({ area: 'vault', key: 'f' }))?.body.destroy();
    }
    await expect.poll(descriptors).toBeLessThan(before + 10);
  });
});
