import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUploadClient, type Upload, type UploadClient } from '../../../client/src/node.js';
import { createTurns } from '../../../client/src/turns.js';

import { startFakeLazaret, type FakeLazaret } from '../../support/fake-lazaret.js';

/** What one client has under way at a time. */
const [MAX_UPLOADS, MAX_SENDING, MAX_PUTS] = [32, 8, 8];
const FILES = 40;
const POLL = { timeout: 30_000 };

describe('many files, given to one client at once', () => {
  let fake: FakeLazaret;
  let client: UploadClient<string | Blob>;

  beforeEach(async () => {
    fake = await startFakeLazaret();
    const retry = { retries: 3, initialDelayMs: 1, maxDelayMs: 2 };
    client = createUploadClient({ url: fake.url, getToken: () => 'token', live: 'sse', retry });
  });
  afterEach(async () => {
    await client.close();
    await fake.close();
  });

  const begin = (count: number, signal?: AbortSignal): Upload[] =>
    Array.from({ length: count }, (_, index) =>
      client.upload(new Blob(['x'.repeat(2_500)]), { name: `file ${index}`, maxParallel: 3, signal }),
    );
  const inPhase = (uploads: readonly Upload[], phase: string): Upload[] =>
    uploads.filter((upload) => upload.snapshot().phase === phase);

  it('are all sent, few at a time, and no more than one of them keeps a stream open', async () => {
    const uploads = begin(FILES);
    let mostOpen = 0;
    const count = (): void => {
      const open = [...fake.uploads.values()].filter(({ state }) => state === 'PENDING').length;
      mostOpen = Math.max(mostOpen, open);
    };
    for (const upload of uploads) upload.subscribe(count);
    const files = await Promise.all(uploads.map(({ result }) => result));
    expect(files.map(({ state }) => state)).toEqual(Array.from({ length: FILES }, () => 'CLEAN'));
    expect(fake.mostPartsAtOnce).toBeGreaterThan(1);
    expect(fake.mostPartsAtOnce).toBeLessThanOrEqual(MAX_PUTS);
    expect(fake.mostStreamsAtOnce).toBe(1);
    expect(mostOpen).toBeLessThanOrEqual(MAX_UPLOADS);
  });

  it('wait by their names, and what is stopped or paused among them holds up nobody', async () => {
    const parts = Promise.withResolvers<undefined>();
    fake.partsHeld = parts.promise;
    const stop = new AbortController();
    const uploads = begin(MAX_UPLOADS);
    const [stopped] = begin(1, stop.signal);
    const late = begin(2);
    await expect.poll(() => inPhase(uploads, 'sending').length, POLL).toBe(MAX_SENDING);
    await expect.poll(() => fake.uploads.size, POLL).toBe(MAX_UPLOADS);
    expect(late[0]?.snapshot()).toMatchObject({ phase: 'preparing', name: 'file 0', sizeBytes: 2_500 });

    stop.abort();
    await expect(stopped?.result).rejects.toMatchObject({ name: 'AbortError' });
    late[1]?.pause();
    await expect.poll(() => late[1]?.snapshot().phase, POLL).toBe('paused');
    expect(fake.uploads.size).toBe(MAX_UPLOADS);

    for (const upload of uploads) upload.pause();
    await expect.poll(() => inPhase(uploads, 'paused').length, POLL).toBe(MAX_UPLOADS);
    await expect.poll(() => late[0]?.snapshot().phase, POLL).toBe('sending');
    parts.resolve(undefined);
    delete fake.partsHeld;
    expect(await late[0]?.result).toMatchObject({ state: 'CLEAN' });
    for (const upload of [...uploads, ...late]) upload.resume();
    const files = await Promise.all([...uploads, ...late].map(({ result }) => result));
    expect(new Set(files.map(({ state }) => state))).toEqual(new Set(['CLEAN']));
  });
});

describe('turns', () => {
  it('come in the order in which they were asked for, without those who went away', async () => {
    const turns = createTurns(1);
    const { signal } = new AbortController();
    const end = await turns.take(signal);
    const stop = new AbortController();
    const order: string[] = [];
    const gone = turns.take(stop.signal);
    const rest = ['a', 'b', 'c'].map((name) =>
      turns.run(signal, () => Promise.resolve(void order.push(name))),
    );
    stop.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    await expect(turns.take(stop.signal)).rejects.toThrow('enough');
    expect(order).toEqual([]);
    end();
    await Promise.all(rest);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('pass on after a failure', async () => {
    const turns = createTurns(1);
    const { signal } = new AbortController();
    await expect(turns.run(signal, () => Promise.reject(new Error('broke')))).rejects.toThrow('broke');
    expect(await turns.run(signal, () => Promise.resolve('next'))).toBe('next');
  });
});
