import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { unless } from './store-error.js';

/** A file that is opened past the page cache, when it is first wanted. */
export interface DirectHandle {
  /** What the work answers; `undefined` where the file system refuses it, which it is asked only once. */
  readonly use: <T>(work: (handle: FileHandle) => Promise<T>) => Promise<T | undefined>;
  readonly close: () => Promise<void>;
}

/** What a file system says that knows no direct access, or wants it aligned to more than a page. */
const REFUSALS = ['EINVAL', 'EOPNOTSUPP'];

/** @param access - `O_RDONLY` or `O_WRONLY` */
export function createDirectHandle(file: string, access: number): DirectHandle {
  let opening: Promise<FileHandle> | undefined;
  let isRefused = false;
  const openOnce = (): Promise<FileHandle> =>
    (opening ??= open(file, access | constants.O_NOFOLLOW | constants.O_DIRECT));
  return {
    async use(work) {
      if (isRefused) return undefined;
      const answer = await unless(REFUSALS, async () => ({ of: await work(await openOnce()) }));
      isRefused = answer === undefined;
      return answer?.of;
    },
    async close() {
      // One that could not be opened has said so to whoever used it.
      const handle = await opening?.catch(() => undefined);
      await handle?.close();
    },
  };
}
