import type { FileRow } from './judge-database.js';
import type { Staged, StoreView } from './store-view.js';

/** What lies in the store, beside what the database says. */
export interface StoreReport {
  readonly violations: readonly string[];
  /** Objects that no row refers to: a collector may have them. */
  readonly orphans: readonly string[];
}

/** States in which a file has bytes of its own in the ingest area. */
const NEEDED = ['PENDING', 'RECEIVING', 'SCANNING'];
const ENDED = ['CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED'];

/**
 * Whether every object that a row refers to is there, and no bytes are that a row has given up.
 *
 * @param fragmentKeys - of the beginnings of parts, which open uploads have
 */
export async function judgeStore(
  view: StoreView,
  files: readonly FileRow[],
  fragmentKeys: readonly string[],
): Promise<StoreReport> {
  const violations = files.flatMap((file) => judgeQuarantine(view, file));
  for (const file of files) violations.push(...(await judgeFile(view, file)));
  const sealed = new Set(files.map(({ vaultKey }) => vaultKey));
  const owners = new Map(files.map((file) => [file.ingestKey, file]));
  const fragments = new Set(fragmentKeys);
  const isKnown = ({ key, uploadId }: Staged): boolean =>
    fragments.has(key) || isOf(owners.get(key), uploadId);
  return {
    violations,
    orphans: [
      ...view.vault.filter((key) => !sealed.has(key)).map((key) => `vault/${key}`),
      ...view.ingest
        .filter((staged) => !isKnown(staged))
        .map(({ key, uploadId = '' }) => `ingest/${key} ${uploadId}`),
      ...view.quarantine.filter((key) => !owners.has(key)).map((key) => `quarantine/${key}`),
    ],
  };
}

/** A key may have several open uploads, of which the row names one. */
const isOf = (owner: FileRow | undefined, uploadId: string | undefined): boolean =>
  owner !== undefined && (uploadId === undefined || owner.ingestHandle?.endsWith(uploadId) === true);

async function judgeFile(view: StoreView, file: FileRow): Promise<string[]> {
  const { id, state, vaultKey, sha256, ingestKey, hasLeft } = file;
  const found: string[] = [];
  if (vaultKey !== null) {
    if (!view.vault.includes(vaultKey)) found.push(`clean file ${id} has lost its sealed copy`);
    else if ((await view.hashOf(vaultKey)) !== sha256) found.push(`the sealed copy of ${id} has other bytes`);
  }
  const isStaged = view.ingest.some(({ key, uploadId }) => key === ingestKey && isOf(file, uploadId));
  if (NEEDED.includes(state) && !isStaged) found.push(`${state} file ${id} has lost its staged bytes`);
  if (hasLeft && ENDED.includes(state) && isStaged) {
    found.push(`${state} file ${id} has left staged bytes behind`);
  }
  return found;
}

/** The key in the quarantine is that of the staged bytes. */
function judgeQuarantine(view: StoreView, { id, state, ingestKey, hasLeft }: FileRow): string[] {
  const isHeld = view.quarantine.includes(ingestKey);
  const isSomewhere = isHeld || (!hasLeft && view.ingest.some(({ key }) => key === ingestKey));
  if (state === 'INFECTED') return isSomewhere ? [] : [`infected file ${id} has lost its bytes`];
  return hasLeft && isHeld ? [`${state} file ${id} has left bytes in the quarantine`] : [];
}
