import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { joinClient, type UploadClient } from '../../../client/src/upload-client.js';
import { openBlob, type OpenFile } from '../../../client/src/upload-source.js';
import { createUploadClient } from '../../../client/src/node.js';
import { openPath } from '../../../client/src/node/open-path.js';
import { createMemoryService } from '../../support/memory-service.js';

const gone = (): Promise<never> => Promise.reject(new DOMException('It is gone.', 'NotFoundError'));

function clientOf(open: OpenFile): UploadClient<Blob> {
  const { transport, platform } = createMemoryService();
  const parts = { transport, platform: { ...platform, sha256: gone }, store: undefined, scope: 'service' };
  return joinClient({ ...parts, open: () => open }, { retry: { retries: 0 } });
}

it('says that a file cannot be read when it is opened', async () => {
  const upload = clientOf(gone).upload(new Blob([]));
  await expect(upload.result).rejects.toMatchObject({
    name: 'UploadError',
    code: 'FILE_UNREADABLE',
    cause: { name: 'NotFoundError' },
  });
  expect(upload.snapshot()).toMatchObject({ phase: 'failed', problem: { code: 'FILE_UNREADABLE' } });
});

it('says that a file cannot be read when its checksum is computed', async () => {
  const bytes = new Blob(['AAAA']);
  const upload = clientOf(openBlob(bytes)).upload(bytes, { declareSha256: true });
  await expect(upload.result).rejects.toMatchObject({ name: 'UploadError', code: 'FILE_UNREADABLE' });
  expect(upload.snapshot()).toMatchObject({ phase: 'failed', problem: { code: 'FILE_UNREADABLE' } });
});

it('says that there is no file at a path', async () => {
  const client = createUploadClient({ url: 'http://127.0.0.1:9', getToken: () => 'token' });
  const upload = client.upload('/nowhere/at/all');
  await expect(upload.result).rejects.toMatchObject({ code: 'FILE_UNREADABLE', cause: { code: 'ENOENT' } });
  await client.close();
});

it.each([
  ['a directory', tmpdir()],
  ['a device', '/dev/null'],
])('takes %s for no file', async (_what, place) => {
  const { transport, platform, log } = createMemoryService();
  const open = (given: string): OpenFile => openPath(given);
  const client = joinClient({ transport, platform, store: undefined, scope: 'service', open }, {});
  const upload = client.upload(place);
  await expect(upload.result).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: `${place} is no file.`,
  });
  expect(log).toEqual([]);
});

it('says that it was stopped when it was stopped before the file could be opened', async () => {
  const stop = new AbortController();
  const upload = clientOf(gone).upload(new Blob([]), { signal: stop.signal });
  stop.abort();
  await expect(upload.result).rejects.toMatchObject({ name: 'AbortError' });
});
