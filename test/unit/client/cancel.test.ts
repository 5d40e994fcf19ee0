import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Upload } from '../../../client/src/upload.js';
import { joinClient, type UploadClient } from '../../../client/src/upload-client.js';
import { openBlob } from '../../../client/src/upload-source.js';
import { createMemoryService, refusal, type MemoryService } from '../../support/memory-service.js';
import { memoryStore } from '../../support/memory-store.js';

let service: MemoryService;
let store = memoryStore();
let client: UploadClient<Blob>;

const FILE = new File(['AAAABBBB'], 'a.txt', { lastModified: 1 });
const never = (): Promise<void> => new Promise(() => undefined);
const count = (entry: string): number => service.log.filter((logged) => logged === entry).length;
const state = (): string | undefined => service.files.get('file-1')?.state;

/** Lets nothing of a kind come to an end. */
function hold(when: 'before' | 'after', operation: string): void {
  service[when] = (name) => (name === operation ? never() : undefined);
}
/** Fails everything of a kind. */
function fail(operation: string, error: Error): void {
  service.before = (name) => {
    if (name === operation) throw error;
  };
}

/** Begins an upload and leaves it before any of its bytes has arrived. */
async function leave(): Promise<Upload> {
  const seen = count('PUT 1');
  hold('before', 'PUT');
  const stop = new AbortController();
  const left = client.upload(FILE, { signal: stop.signal });
  await vi.waitFor(() => expect(count('PUT 1')).toBe(seen + 1));
  stop.abort();
  await expect(left.result).rejects.toMatchObject({ name: 'AbortError' });
  service.before = () => undefined;
  return left;
}

beforeEach(() => {
  service = createMemoryService();
  store = memoryStore();
  const open = (blob: Blob): ReturnType<typeof openBlob> => openBlob(blob);
  client = joinClient({ ...service, store, scope: 'service', open }, { retry: { retries: 0 } });
});

describe('giving an upload up', () => {
  it('tells the service first, then ends here, and nothing is remembered', async () => {
    hold('before', 'PUT');
    const upload = client.upload(FILE);
    const phases: string[] = [];
    upload.subscribe(({ phase }) => phases.push(phase));
    await vi.waitFor(() => expect(count('PUT 1')).toBe(1));
    service.before = (name) => (name === 'cancelUpload' ? sleep(10) : never());
    await Promise.all([upload.cancel(), upload.cancel()]);
    await expect(upload.result).rejects.toMatchObject({ name: 'AbortError' });
    expect([state(), upload.snapshot().phase, count('cancelUpload')]).toEqual(['CANCELLED', 'cancelled', 1]);
    expect(upload.snapshot()).toMatchObject({ stage: 'CANCELLED', file: { state: 'CANCELLED' } });
    expect([await client.unfinished(), [...new Set(phases)]]).toEqual([
      [],
      ['preparing', 'sending', 'cancelled'],
    ]);
  });

  it('leaves a pause that was wished for meanwhile where it comes too late', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    hold('before', 'PUT');
    const upload = client.upload(FILE);
    await vi.waitFor(() => expect(count('PUT 1')).toBe(1));
    service.before = async (name) => {
      if (name !== 'cancelUpload') return;
      await held;
      throw refusal('OVERLOADED');
    };
    const cancelling = upload.cancel();
    upload.pause();
    release();
    await expect(cancelling).rejects.toMatchObject({ code: 'OVERLOADED' });
    await vi.waitFor(() => expect(upload.snapshot().phase).toBe('paused'));
    upload.resume();
    expect(await upload.result).toMatchObject({ state: 'CLEAN' });
  });

  it('is too late during the inspection: the upload goes on to its verdict', async () => {
    service.isHolding = true;
    const upload = client.upload(FILE);
    await vi.waitFor(() => expect(upload.snapshot().stage).toBe('SCANNING'));
    await upload.cancel();
    expect(upload.snapshot().phase).toBe('inspecting');
    for (const file of service.files.values()) service.decide(file);
    expect(await upload.result).toMatchObject({ state: 'CLEAN' });
    expect(upload.snapshot()).toMatchObject({ phase: 'ended', stage: 'CLEAN', problem: undefined });
  });

  it.each(['before', 'after'] as const)(
    'leaves nothing at the service while the upload is created, %s that has its effect',
    async (when) => {
      hold(when, 'createUpload');
      const upload = client.upload(FILE);
      await vi.waitFor(() => expect(count('createUpload')).toBe(1));
      service[when] = () => undefined;
      await upload.cancel();
      await expect(upload.result).rejects.toMatchObject({ name: 'AbortError' });
      expect([service.files.size, state(), upload.snapshot().phase]).toEqual([1, 'CANCELLED', 'cancelled']);
      expect(await client.unfinished()).toEqual([]);
    },
  );

  it('needs no service when nothing was begun there', async () => {
    const upload = client.upload(FILE);
    await upload.cancel();
    await expect(upload.result).rejects.toMatchObject({ name: 'AbortError' });
    expect([service.log, upload.snapshot().phase]).toEqual([[], 'cancelled']);
    expect(upload.snapshot().stage).toBe('CANCELLED');
  });

  it('works after the upload failed, and after it was stopped', async () => {
    fail('PUT', refusal('TOO_LARGE'));
    const failed = client.upload(FILE);
    await expect(failed.result).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await failed.cancel();
    expect([state(), failed.snapshot().phase]).toEqual(['CANCELLED', 'cancelled']);
    expect(failed.snapshot().stage).toBe('CANCELLED');
    expect(await client.unfinished()).toEqual([]);

    const stopped = await leave();
    expect(await client.unfinished()).toHaveLength(1);
    await stopped.cancel();
    expect([service.files.get('file-2')?.state, stopped.snapshot().phase]).toEqual([
      'CANCELLED',
      'cancelled',
    ]);
    expect(await client.unfinished()).toEqual([]);
  });

  it('goes on as before when the service cannot be told, and says so', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    service.before = (name) => {
      if (name === 'cancelUpload') throw refusal('OVERLOADED', true);
      return name === 'PUT' ? held : undefined;
    };
    const upload = client.upload(FILE);
    await vi.waitFor(() => expect(count('PUT 1')).toBe(1));
    await expect(upload.cancel()).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(upload.snapshot().problem).toMatchObject({ code: 'OVERLOADED' });
    release();
    expect(await upload.result).toMatchObject({ state: 'CLEAN' });
  });

  it('never gives up the upload of another file', async () => {
    await leave();
    const other = client.upload(new File(['AAAAB'], 'a.txt'), { fileId: 'file-1' });
    await expect(other.result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    await other.cancel();
    expect([state(), other.snapshot().phase]).toEqual(['PENDING', 'cancelled']);
    expect(other.snapshot().stage).toBe('PENDING');
  });
});

it('forgets an upload that was taken up by its id, under whatever key it is remembered', async () => {
  await leave();
  expect(await client.unfinished()).toHaveLength(1);
  await client.upload(FILE, { fileId: 'file-1' }).result;
  expect(await client.unfinished()).toEqual([]);
});
