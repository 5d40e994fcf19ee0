import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { unless } from './store-error.js';

/** A second opening of a file, past the page cache, made when it is first wanted. */
export interface DirectHandle {
  /** What the work answers; `undefined` where the file cannot be used so, which is tried only once. */
  readonly use: <T>(work: (handle: FileHandle) => Promise<T>) => Promise<T | undefined>;
  readonly close: () => Promise<void>;
}

/** What a file system says that knows no direct access, or wants it aligned to more than a page. */
const REFUSALS = ['EINVAL', 'ENOTSUP'];

/**
 * @param handle - of the same file, through the page cache: it serves wherever this one does not
 * @param access - `O_RDONLY` or `O_WRONLY`
 */
export function createDirectHandle({ fd }: FileHandle, access: number): DirectHandle {
  // By the descriptor and not by its name, which another file may have by now.
  const reopen = (): Promise<FileHandle | undefined> =>
    open(`/proc/self/fd/${String(fd)}`, access | constants.O_DIRECT).catch(() => undefined);
  let opening: Promise<FileHandle | undefined> | undefined;
  let isOver = false;
  return {
    async use(work) {
      const direct = isOver ? undefined : await (opening ??= reopen());
      if (!direct) return undefined;
      const answer = await unless(REFUSALS, async () => ({ of: await work(direct) }));
      isOver ||= answer === undefined;
      return answer?.of;
    },
    async close() {
      isOver = true;
      await (await opening)?.close();
    },
  };
}
