import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { joinClient, type UploadClient } from '../../../client/src/upload-client.js';
import { openBlob, type OpenedFile } from '../../../client/src/upload-source.js';
import { contentOf, createMemoryService, type MemoryService } from '../../support/memory-service.js';
import { memoryStore } from '../../support/memory-store.js';

let service: MemoryService;
let store = memoryStore();
let client: UploadClient<Blob | OpenedFile>;

const open = (identity?: string): UploadClient<Blob | OpenedFile> =>
  joinClient(
    {
      ...service,
      store,
      scope: 'service',
      open: (source) => (source instanceof Blob ? openBlob(source) : () => Promise.resolve(source)),
    },
    { identity, retry: { retries: 0 } },
  );

/** A file on a device. That its bytes changed, nothing but they themselves tells. */
const onDevice = (content: string, name = 'a.txt'): OpenedFile => ({
  blob: new Blob([content]),
  name,
  type: '',
  fingerprint: name,
});
const contents = (): Record<string, string> =>
  Object.fromEntries([...service.files.values()].map((file) => [file.id, contentOf(file)]));
const count = (entry: string): number => service.log.filter((logged) => logged === entry).length;

/** Lets nothing of a kind through until it is opened. */
function hold(operation: string): () => void {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  service.before = (name) => (name === operation ? held : undefined);
  return release;
}

/** Begins the upload of a file and leaves it when the service has so many of its parts. */
async function leave(file: OpenedFile, partsSent: number): Promise<string> {
  let puts = 0;
  service.before = (name) =>
    name === 'PUT' && (puts += 1) > partsSent ? new Promise(() => undefined) : undefined;
  const stop = new AbortController();
  const begun = client.upload(file, { signal: stop.signal });
  await vi.waitFor(() => expect(puts).toBe(partsSent + 1));
  stop.abort();
  await expect(begun.result).rejects.toMatchObject({ name: 'AbortError' });
  service.before = () => undefined;
  service.log.length = 0;
  return begun.snapshot().fileId ?? '';
}

beforeEach(() => {
  service = createMemoryService();
  store = memoryStore();
  client = open();
});

describe('two files of the same size', () => {
  it.each([
    ['bytes in memory', (bytes: string) => new Blob([bytes])],
    ['files of one name and date', (bytes: string) => new File([bytes], 'a.txt', { lastModified: 1 })],
  ])('are two uploads when both are under way: %s', async (_what, make) => {
    const goOn = hold('PUT');
    const first = client.upload(make('AAAAAAAA'));
    await vi.waitFor(() => expect(count('PUT 1')).toBe(1));
    const second = client.upload(make('BBBBBBBB'));
    await vi.waitFor(() => expect(count('PUT 1')).toBe(2));
    goOn();
    const ids = (await Promise.all([first.result, second.result])).map(({ id }) => id);
    expect(ids).toEqual(['file-1', 'file-2']);
    expect(contents()).toEqual({ 'file-1': 'AAAAAAAA', 'file-2': 'BBBBBBBB' });
    expect(await client.unfinished()).toEqual([]);
  });

  it('are two uploads when two clients share what is remembered', async () => {
    const goOn = hold('PUT');
    const first = client.upload(onDevice('AAAAAAAA'));
    await vi.waitFor(() => expect(count('PUT 1')).toBe(1));
    const second = open().upload(onDevice('BBBBBBBB'));
    await vi.waitFor(() => expect(count('PUT 1')).toBe(2));
    goOn();
    await Promise.all([first.result, second.result]);
    expect(contents()).toEqual({ 'file-1': 'AAAAAAAA', 'file-2': 'BBBBBBBB' });
  });

  it.each([false, true])(
    'are two uploads while the first is inspected, straight to a store: %s',
    async (isDirect) => {
      Object.assign(service, { isDirect, isHolding: true });
      const first = client.upload(onDevice('AAAAAAAA'));
      await vi.waitFor(() => expect(first.snapshot().stage).toBe('SCANNING'));
      // As after a reload: what is remembered is there, and who remembered it is gone.
      vi.stubGlobal('navigator', undefined);
      const second = open().upload(onDevice('BBBBBBBB'));
      await vi.waitFor(() => expect(second.snapshot().stage).toBe('SCANNING'));
      vi.unstubAllGlobals();
      for (const file of service.files.values()) service.decide(file);
      await Promise.all([first.result, second.result]);
      expect(contents()).toEqual({ 'file-1': 'AAAAAAAA', 'file-2': 'BBBBBBBB' });
    },
  );

  it('are never one by the key of a caller: the second hears of it', async () => {
    const options = { name: 'a.txt', idempotencyKey: 'mine' };
    const first = client.upload(new Blob(['AAAAAAAA']), options);
    const second = client.upload(new Blob(['BBBBBBBB']), options);
    const third = client.upload(new Blob(['AAAAAAAA']), options);
    expect(await first.result).toMatchObject({ id: 'file-1', state: 'CLEAN' });
    await expect(second.result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(second.snapshot()).toMatchObject({ phase: 'failed', file: undefined });
    expect(await third.result).toMatchObject({ id: 'file-1', state: 'CLEAN' });
    expect([contents(), count('PUT 1')]).toEqual([{ 'file-1': 'AAAAAAAA' }, 1]);
  });
});

describe('an upload that is named by its id', () => {
  it('is refused to another file of the same size when it is complete', async () => {
    await client.upload(onDevice('AAAAAAAA')).result;
    const other = client.upload(onDevice('AAAABBBB'), { fileId: 'file-1' });
    await expect(other.result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(await client.upload(onDevice('AAAAAAAA'), { fileId: 'file-1' }).result).toMatchObject({
      state: 'CLEAN',
    });
  });

  it('is refused where nothing tells whose bytes the service has', async () => {
    service.isDirect = true;
    const fileId = await leave(onDevice('AAAAAAAA'), 1);
    const other = client.upload(onDevice('AAAAAAAA'), { fileId });
    await expect(other.result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  it('waits for whoever sends into it', async () => {
    const goOn = hold('PUT');
    const first = client.upload(onDevice('AAAAAAAA'));
    await vi.waitFor(() => expect(count('PUT 1')).toBe(1));
    const second = client.upload(new Blob(['BBBBBBBB']), { fileId: 'file-1' });
    await turn();
    goOn();
    expect(await first.result).toMatchObject({ state: 'CLEAN' });
    await expect(second.result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(contents()).toEqual({ 'file-1': 'AAAAAAAA' });
  });
});

describe('a conflict', () => {
  it('is no answer when others sent other bytes meanwhile', async () => {
    const goOn = hold('signUploadParts');
    const upload = client.upload(onDevice('AAAAAAAA'));
    const seen: string[] = [];
    upload.subscribe(({ stage }) => seen.push(stage));
    await vi.waitFor(() => expect(count('signUploadParts')).toBe(1));
    const file = service.files.get('file-1');
    for (const number of [1, 2]) file?.parts.set(number, { bytes: 'BBBB' });
    if (file) service.decide(file);
    goOn();
    await expect(upload.result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(seen).not.toContain('CLEAN');
  });

  it('is the answer when others sent the same bytes', async () => {
    const goOn = hold('signUploadParts');
    const upload = client.upload(onDevice('AAAAAAAA'));
    await vi.waitFor(() => expect(count('signUploadParts')).toBe(1));
    const file = service.files.get('file-1');
    for (const number of [1, 2]) file?.parts.set(number, { bytes: 'AAAA' });
    if (file) service.decide(file);
    goOn();
    expect(await upload.result).toMatchObject({ state: 'CLEAN' });
  });
});

describe('a file that was left', () => {
  it('goes on, also when it is given again before the first try has ended', async () => {
    const fileId = await leave(onDevice('AAAABBBB'), 1);
    const goOn = hold('PUT');
    const stop = new AbortController();
    const stopped = client.upload(onDevice('AAAABBBB'), { signal: stop.signal });
    await vi.waitFor(() => expect(count('PUT 2')).toBe(1));
    stop.abort();
    const again = client.upload(onDevice('AAAABBBB'));
    goOn();
    expect(await again.result).toMatchObject({ id: fileId, state: 'CLEAN' });
    await expect(stopped.result).rejects.toMatchObject({ name: 'AbortError' });
    expect([count('PUT 1'), count('createUpload')]).toEqual([0, 0]);
  });

  it('is another upload when it was altered in the middle of what is there, as nothing else tells', async () => {
    const fileId = await leave(onDevice('AAAABBBBCCCCDDDD'), 3);
    const named = client.upload(onDevice('AAAAXXXXCCCCDDDD'), { fileId });
    await expect(named.result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    const again = await client.upload(onDevice('AAAAXXXXCCCCDDDD')).result;
    expect(again).toMatchObject({ id: 'file-2', state: 'CLEAN' });
    expect(contents()['file-2']).toBe('AAAAXXXXCCCCDDDD');
  });

  it.each([
    ['another name', { name: 'b.txt' }],
    ['other metadata', { metadata: [{ key: 'case', value: '2' }] }],
    ['another type', { contentType: 'text/csv' }],
    ['a checksum', { declareSha256: true }],
    ['a key', { idempotencyKey: 'mine' }],
  ])('is another upload with %s', async (_what, options) => {
    await leave(onDevice('AAAABBBB'), 1);
    expect(await client.upload(onDevice('AAAABBBB'), options).result).toMatchObject({ id: 'file-2' });
    expect(service.files.get('file-2')?.input).toMatchObject(
      'declareSha256' in options ? { sha256: expect.any(String) as string } : options,
    );
  });

  it('is another upload from another folder', async () => {
    const make = (folder: string): File =>
      Object.assign(new File(['AAAA'], 'a.txt', { lastModified: 1 }), {
        webkitRelativePath: `${folder}/a.txt`,
      });
    const [a, b, again] = await Promise.all(['a', 'b', 'a'].map((folder) => openBlob(make(folder))()));
    expect(a?.fingerprint).not.toBe(b?.fingerprint);
    expect(a?.fingerprint).toBe(again?.fingerprint);
  });

  it('is no business of another person', async () => {
    client = open('anna');
    await leave(onDevice('AAAABBBB'), 1);
    expect(await open('anna').unfinished()).toHaveLength(1);
    const [other, nobody] = [open('anna|b'), open()];
    expect([await other.unfinished(), await nobody.unfinished()]).toEqual([[], []]);
    expect(await other.upload(onDevice('AAAABBBB')).result).toMatchObject({ id: 'file-2' });
  });
});
