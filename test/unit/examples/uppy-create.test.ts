import { expect, it, vi } from 'vitest';
import { createWhileWanted } from '../../../examples/uppy/create-while-wanted.js';

const FILE = { name: 'a.txt', type: 'text/plain', size: 1 };

it.each([
  ['goes on while its file is there', false, []],
  ['is cancelled when its file was taken out of Uppy meanwhile', true, [['file-1']]],
])('an upload %s', async (_what, isTakenOut, cancelled) => {
  const picked = new Map([['picked', FILE]]);
  const createUpload = vi.fn((_file: typeof FILE) => {
    if (isTakenOut) picked.clear();
    return Promise.resolve('file-1');
  });
  const cancelUpload = vi.fn((_fileId: string) => Promise.resolve());
  const files = { getFile: (id: string) => picked.get(id) };
  expect(await createWhileWanted({ createUpload, cancelUpload }, files, 'picked')).toBe('file-1');
  expect(createUpload).toHaveBeenCalledWith(FILE);
  expect(cancelUpload.mock.calls).toEqual(cancelled);
});
