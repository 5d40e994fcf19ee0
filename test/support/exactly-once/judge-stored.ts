import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { StoryEnd } from './play-story.js';
import { bytesOf } from './story-plan.js';
import {
  fragmentName,
  partName,
  sealedName,
  uploadName,
  type StoredThing,
  type StoredThings,
} from './stored-things.js';

/** What a store has that no row refers to, and what is wrong with the rest. */
export interface StoredReport {
  readonly violations: readonly string[];
  readonly orphans: readonly string[];
}

/** Bytes that must be found under a name, for a reader to compare. */
type Expected = Map<string, ((bytes: Buffer) => boolean) | undefined>;

interface Row {
  readonly file: string;
  readonly key: string;
  readonly handle: string | null;
}

/** How many things are read at the same time. */
const WIDTH = 16;

/** Compares a store with the rows of its database: exactly what they refer to is there, byte for byte. */
export async function judgeStored(
  db: pg.Client,
  things: StoredThings,
  ends: readonly StoryEnd[],
): Promise<StoredReport> {
  const plans = new Map(ends.map(({ plan, fileId }) => [fileId ?? '', plan]));
  const expected: Expected = new Map([
    ...(await sealedCopies(db)),
    ...(await openUploads(db, things)),
    ...(await piecesOf(db, things, plans)),
  ]);
  const found = await things.list();
  const orphans = [...found.keys()].filter((name) => !expected.has(name));
  const lost = [...expected.keys()].filter((name) => !found.has(name));
  const damaged = await differing(expected, found);
  return {
    violations: [
      ...lost.map((name) => `${name} is lost`),
      ...damaged.map((name) => `${name} has other bytes than were sent`),
    ],
    orphans,
  };
}

const hasHash = (sha256: string) => (bytes: Buffer) =>
  createHash('sha256').update(bytes).digest('hex') === sha256;

/** Also contents that are not referred to: whoever ended the last reference owes their removal. */
async function sealedCopies(db: pg.Client): Promise<Expected> {
  const { rows } = await db.query<{ key: string; sha256: string }>(
    'select distinct vault_key as key, sha256 from files where vault_key is not null',
  );
  return new Map(rows.map(({ key, sha256 }) => [sealedName(key), hasHash(sha256)]));
}

async function openUploads(db: pg.Client, things: StoredThings): Promise<Expected> {
  const { rows } = await db.query<Row>(
    `select id as file, ingest_key as key, ingest_handle as handle from files where state in ('PENDING', 'RECEIVING')`,
  );
  return new Map(rows.map((row) => [nameOfUpload(things, row), undefined]));
}

const nameOfUpload = (things: StoredThings, { key, handle }: Row): string =>
  uploadName(key, things.handleOf(handle ?? ''));

/** What has arrived of uploads that are still open. */
async function piecesOf(
  db: pg.Client,
  things: StoredThings,
  plans: ReadonlyMap<string, StoryEnd['plan']>,
): Promise<Expected> {
  const sliceIs = (file: string, begin: number, size: number) => (bytes: Buffer) => {
    const plan = plans.get(file);
    return plan !== undefined && bytes.equals(bytesOf(plan).subarray(begin, begin + size));
  };
  const fragments = await db.query<{ file: string; key: string; begin: number; size: number }>(`
    select file_id as file, object_key as key, fragments.size_bytes::float8 as size,
      ((part_number - 1) * part_size_bytes + offset_bytes)::float8 as begin
    from fragments join files on files.id = fragments.file_id`);
  const parts = await db.query<Row & { part: number; etag: string; begin: number; size: number }>(`
    select file_id as file, ingest_key as key, ingest_handle as handle, part_number as part, etag,
      parts.size_bytes::float8 as size, ((part_number - 1) * part_size_bytes)::float8 as begin
    from parts join files on files.id = parts.file_id where state in ('PENDING', 'RECEIVING')`);
  const shown = things.showsParts ? parts.rows : [];
  return new Map([
    ...fragments.rows.map(
      ({ file, key, begin, size }) => [fragmentName(key), sliceIs(file, begin, size)] as const,
    ),
    ...shown.map(
      (row) =>
        [
          partName(nameOfUpload(things, row), row.part, row.etag),
          sliceIs(row.file, row.begin, row.size),
        ] as const,
    ),
  ]);
}

async function differing(
  expected: Expected,
  found: ReadonlyMap<string, StoredThing>,
): Promise<readonly string[]> {
  const readable = [...expected].flatMap(([name, isRight]) => {
    const read = found.get(name)?.read;
    return isRight && read ? [{ name, isRight, read }] : [];
  });
  const damaged: string[] = [];
  for (let start = 0; start < readable.length; start += WIDTH) {
    const batch = readable.slice(start, start + WIDTH);
    const areRight = await Promise.all(batch.map(async ({ isRight, read }) => isRight(await read())));
    damaged.push(...batch.filter((_, index) => !areRight[index]).map(({ name }) => name));
  }
  return damaged;
}
