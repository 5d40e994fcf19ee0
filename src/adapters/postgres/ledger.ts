import { and, asc, eq, sql } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { fragments } from '../../../db/schema/fragments.js';
import { parts } from '../../../db/schema/parts.js';
import type { Part } from '../../domain/file.js';
import type { FileId } from '../../domain/ids.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { FragmentTransaction } from '../../ports/fragments.js';
import { isGivenFile, type FileScope } from './file-scope.js';
import {
  continuesPart,
  deleteFragments,
  dropFragments,
  fragmentsOf,
  isOfGivenFile,
  writeFragment,
} from './fragments.js';
import { given, prepared } from './prepared.js';
import { grown, grownColumns, growReceived, isOpen, noteGrowth } from './received-bytes.js';
import type { Sql } from './session.js';

type Ledger = Pick<FileTransaction, 'parts' | 'putPart' | 'putParts'> & FragmentTransaction;

/** Rows of one statement: each takes a few of the 65,535 parameters that it may have. */
const MAX_ROWS = 1_000;

/** The parts of an upload that are durable and verified, and what is there of others. */
export const createLedger = (context: FileScope): Ledger => ({
  parts: (id) => readParts(context, id),
  putPart: (id, part) => putPart(context, id, part),
  putParts: async (id, entries) => {
    for (let start = 0; start < entries.length; start += MAX_ROWS) {
      const rows = entries.slice(start, start + MAX_ROWS);
      await context.sql
        .insert(parts)
        .values(rows.map((part) => ({ tenantId: context.scope.tenantId, fileId: id, ...part })));
    }
    const sizeBytes = entries.reduce((sum, part) => sum + part.sizeBytes, 0);
    if (sizeBytes > 0) await growReceived(context, id, sizeBytes);
  },
  fragments: (id) => fragmentsOf(context, id),
  putFragment: async (id, fragment) => {
    const { partNumber, offsetBytes, sizeBytes } = fragment;
    if (await hasPart(context, id, partNumber)) return undefined;
    if (!(await continuesPart(context, id, fragment))) return undefined;
    const dropped = await dropFragments(context, id, { partNumber, from: offsetBytes });
    await writeFragment(context, id, fragment);
    const receivedBytes = await growReceived(context, id, sizeBytes - dropped.sizeBytes);
    return { receivedBytes, droppedFragments: dropped.keys };
  },
  dropFragments: async (id, { partNumber, offsetBytes }) => {
    const dropped = await dropFragments(context, id, { partNumber, from: offsetBytes });
    const receivedBytes = await growReceived(context, id, -dropped.sizeBytes);
    return { receivedBytes, droppedFragments: dropped.keys };
  },
});

const selectParts = prepared((db) => {
  const { partNumber, sizeBytes, etag, sha256, md5, mac } = parts;
  return db
    .select({ partNumber, sizeBytes, etag, sha256, md5, mac })
    .from(parts)
    .where(and(eq(parts.tenantId, given('tenantId')), eq(parts.fileId, given('id'))))
    .orderBy(asc(parts.partNumber));
});

async function readParts(context: FileScope, id: FileId): Promise<Part[]> {
  const rows = await selectParts(context, { id });
  return rows.map((row) => ({ ...row, md5: row.md5 ?? undefined, mac: row.mac ?? undefined }));
}

/** Each part of every upload comes through here, so that all it takes is one statement. */
async function putPart(context: FileScope, id: FileId, part: Part): ReturnType<Ledger['putPart']> {
  const { md5 = null, mac = null } = part;
  const [row] = await writePart(context, { ...part, md5, mac, id });
  const { receivedBytes, replacedEtag, droppedFragments } = await noteGrowth(context, id, row);
  return { receivedBytes, replacedEtag, droppedFragments };
}

const writePart = prepared((db) => {
  const written = db.$with('written').as(upsertPart(db));
  const isOfPart = and(isOfGivenFile, eq(fragments.partNumber, given('partNumber')));
  const dropped = db.$with('dropped').as(deleteFragments(db, isOfPart));
  const growth = sql`${given('sizeBytes')}::bigint - (select size_bytes from ${written})
    - (select coalesce(sum(size_bytes), 0) from ${dropped})`;
  return db
    .with(written, dropped)
    .update(files)
    .set(grown(sql`(${growth})`))
    .where(and(isGivenFile, isOpen))
    .returning({
      ...grownColumns,
      replacedEtag: sql<string | null>`(select etag from ${written})`,
      droppedFragments: sql<string[]>`array(select object_key from ${dropped})`,
    });
});

/** @returns the statement, which tells what the ledger said of the part before: no bytes and no etag for one that is new */
function upsertPart(db: Sql) {
  const facts = {
    sizeBytes: given<number>('sizeBytes'),
    etag: given<string>('etag'),
    sha256: given<string>('sha256'),
    md5: given<string>('md5'),
    mac: given<string>('mac'),
  };
  const key = {
    tenantId: given<string>('tenantId'),
    fileId: given<string>('id'),
    partNumber: given<number>('partNumber'),
  };
  return db
    .insert(parts)
    .values({ ...key, ...facts })
    .onConflictDoUpdate({ target: [parts.tenantId, parts.fileId, parts.partNumber], set: facts })
    .returning({
      sizeBytes: sql`coalesce(old.size_bytes, 0)`.as('size_bytes'),
      etag: sql`old.etag`.as('etag'),
    });
}

async function hasPart({ sql: db, scope }: FileScope, id: FileId, partNumber: number): Promise<boolean> {
  const found = await db
    .select({ partNumber: parts.partNumber })
    .from(parts)
    .where(and(eq(parts.tenantId, scope.tenantId), eq(parts.fileId, id), eq(parts.partNumber, partNumber)));
  return found.length > 0;
}
