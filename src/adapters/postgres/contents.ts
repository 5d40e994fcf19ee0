import { and, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { contents } from '../../../db/schema/contents.js';
import { files } from '../../../db/schema/files.js';
import { quarantine } from '../../../db/schema/quarantine.js';
import { PermanentError } from '../../domain/errors.js';
import type { FileId } from '../../domain/ids.js';
import type { Finding, ScanCoverage, Verdict } from '../../domain/verdict.js';
import type { ContentLabel, ContentTransaction, Copy, NewCopy, StoredContent } from '../../ports/contents.js';
import { addBlocks, createBlocks } from './block-macs.js';
import { isCopy, isFile, type FileScope } from './file-scope.js';
import { given, prepared } from './prepared.js';

type Contents = Omit<ContentTransaction, 'askPossession' | 'findQuestion' | 'takeQuestion'>;

/** A copy can vanish between two statements when its last file is deleted; more often than this it does not. */
const MAX_ENTRY_TRIES = 5;

const columns = {
  vaultKey: contents.vaultKey,
  sha256: contents.sha256,
  sizeBytes: contents.sizeBytes,
  engine: contents.engine,
  definitionsVersion: contents.definitionsVersion,
  coverage: sql<ScanCoverage>`${contents.coverage}`,
  detectedType: contents.detectedType,
  inspectedAt: contents.inspectedAt,
};

const isUnreferenced = and(eq(contents.referenceCount, 0), eq(contents.isJoinable, false));

/** Nobody has to take the bytes into the quarantine from there. */
const isNotNeeded = sql`not exists (select from ${quarantine} where ${quarantine.tenantId} = ${contents.tenantId}
  and ${quarantine.sourceKey} = ${contents.vaultKey} and ${quarantine.heldAt} is null and ${quarantine.removedAt} is null)`;

/** Sealed copies and who may refer to them. Their references are counted by a trigger on the files. */
export const createContents = (context: FileScope): Contents => ({
  findContent: async (sha256) => {
    const [row] = await selectCopy(context, { sha256 });
    return row;
  },
  lockContent: async (vaultKey) => {
    const isIt = and(isCopy(context, vaultKey), eq(contents.isJoinable, true));
    const [row] = await context.sql.select(columns).from(contents).where(isIt).for('update');
    return row;
  },
  findingsOf: (vaultKey, label) => findingsOf(context, vaultKey, label),
  enterContent: (copy) => enterContent(context, copy),
  ...createBlocks(context),
  retireContent: async (vaultKey) => {
    await context.sql.update(contents).set({ isJoinable: false }).where(isCopy(context, vaultKey));
  },
  contentKeys: async (vaultKeys) => {
    if (vaultKeys.length === 0) return new Set();
    const rows = await context.sql
      .select({ vaultKey: contents.vaultKey })
      .from(contents)
      .where(isOneOf(context, vaultKeys));
    return new Set(rows.map(({ vaultKey }) => vaultKey));
  },
  unreferencedKeys: async (sha256) => {
    const rows = await context.sql
      .select({ vaultKey: contents.vaultKey })
      .from(contents)
      .where(and(ofTenant(context), eq(contents.sha256, sha256), isUnreferenced, isNotNeeded));
    return rows.map(({ vaultKey }) => vaultKey);
  },
  forgetContents: async (vaultKeys) => {
    if (vaultKeys.length === 0) return;
    await context.sql.delete(contents).where(and(isOneOf(context, vaultKeys), isUnreferenced));
  },
  receiveStored: (id) => receiveStored(context, id),
});

/** Of a name, from its first dot on; the database lowers both sides by the same rules. */
const endingOf = (name: unknown): SQL => sql`lower(regexp_replace(${name}, '^[^.]*', ''))`;

async function findingsOf(
  context: FileScope,
  vaultKey: string,
  { name, declaredType, policyVersion }: ContentLabel,
): Promise<readonly Finding[] | undefined> {
  const [row] = await context.sql
    .select({ verdict: files.verdict })
    .from(files)
    .where(
      and(
        eq(files.tenantId, context.scope.tenantId),
        eq(files.vaultKey, vaultKey),
        sql`${files.declaredType} is not distinct from ${declaredType}`,
        eq(endingOf(files.name), endingOf(sql`${name}::text`)),
        sql`${files.verdict} ->> 'policyVersion' = ${policyVersion}`,
      ),
    )
    .limit(1);
  return row && (row.verdict as Verdict).findings;
}

async function receiveStored(context: FileScope, id: FileId): Promise<void> {
  context.held.delete(id);
  await context.sql
    .update(files)
    .set({ receivedBytes: sql`${files.sizeBytes}` })
    .where(and(isFile(context, id), inArray(files.state, ['PENDING', 'RECEIVING'])));
}

/** Waits for whoever enters or gives up a copy of the same content, and then sees what they left. */
async function enterContent(context: FileScope, copy: NewCopy): Promise<Copy> {
  for (let tries = 0; tries < MAX_ENTRY_TRIES; tries += 1) {
    const entered = await insertCopy(context, pick(copy));
    if (entered.length === 1) return copy;
    const stored = await lockJoinable(context, copy.sha256);
    // Equal bytes have equal blocks, whichever copy they lie in.
    if (stored && copy.blocks) await addBlocks(context, stored.vaultKey, copy.blocks);
    if (stored) return stored;
  }
  throw new PermanentError('postgres', 'A content appears and vanishes.');
}

const pick = ({ vaultKey, sha256, sizeBytes, blocks }: NewCopy) => ({
  vaultKey,
  sha256,
  sizeBytes,
  blockBytes: blocks?.blockBytes ?? null,
  blockMacs: blocks?.macs ?? null,
});

async function lockJoinable(context: FileScope, sha256: string): Promise<StoredContent | undefined> {
  const [row] = await lockCopy(context, { sha256 });
  return row;
}

const ofTenant = ({ scope }: FileScope): SQL => eq(contents.tenantId, scope.tenantId);

const selectCopy = prepared((db) => db.select(columns).from(contents).where(standsForGiven));
const lockCopy = prepared((db) => db.select(columns).from(contents).where(standsForGiven).for('update'));

/** Names the partial index, which demands the flag as it is. */
const standsForGiven = and(
  eq(contents.tenantId, given('tenantId')),
  eq(contents.sha256, given('sha256')),
  sql`${contents.isJoinable}`,
);

const insertCopy = prepared((db) =>
  db
    .insert(contents)
    .values({
      tenantId: given('tenantId'),
      vaultKey: given('vaultKey'),
      sha256: given('sha256'),
      sizeBytes: given('sizeBytes'),
      blockBytes: given('blockBytes'),
      blockMacs: given('blockMacs'),
      isJoinable: true,
    })
    .onConflictDoNothing()
    .returning({ vaultKey: contents.vaultKey }),
);

const isOneOf = (context: FileScope, vaultKeys: readonly string[]): SQL | undefined =>
  and(ofTenant(context), inArray(contents.vaultKey, [...vaultKeys]));
