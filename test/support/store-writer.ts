import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import type { OpenUpload, StoredPart } from '../../src/ports/object-store.js';
import { bodyOf } from './test-bytes.js';

/** What the store acknowledged to the writer; one line of JSON each. */
export type Acknowledged =
  | { readonly kind: 'part'; readonly upload: OpenUpload; readonly part: StoredPart }
  | { readonly kind: 'finished'; readonly upload: OpenUpload }
  | { readonly kind: 'written'; readonly key: string };

/** Size of each part and object. */
export const WRITER_BYTES = 3 * 1024 * 1024 + 1;
/** Parts of each upload. */
export const WRITER_PARTS = 3;

const tell = (line: Acknowledged): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Writes to a store until the process is killed. */
async function writeForEver(root: string, prefix: string): Promise<never> {
  const store = await createFilesystemStore({ root, clock: createSystemClock() });
  for (let round = 0; ; round += 1) {
    const key = `${prefix}-${String(round)}`;
    const upload = await store.beginUpload(key);
    const parts = await Promise.all(
      Array.from({ length: WRITER_PARTS }, async (_, index) => {
        const body = bodyOf(WRITER_BYTES, `${key}/${String(index + 1)}`);
        const part = await store.putPart(upload, index + 1, WRITER_BYTES, body);
        tell({ kind: 'part', upload, part });
        return part;
      }),
    );
    await store.finishUpload(upload, parts);
    tell({ kind: 'finished', upload });
    await store.write({ area: 'vault', key }, WRITER_BYTES, bodyOf(WRITER_BYTES, key));
    tell({ kind: 'written', key });
  }
}

const [root, prefix] = process.argv.slice(2);
if (process.env['STORE_WRITER'] === 'run' && root !== undefined && prefix !== undefined) {
  await writeForEver(root, prefix);
}
