import { and, asc, desc, eq, gt, max, type SQL } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { quarantineEvents } from '../../../db/schema/quarantine-events.js';
import type { FileId } from '../../domain/ids.js';
import type { QuarantineEvent, QuarantineEventKind } from '../../domain/quarantine-event.js';
import type { QuarantineTransaction } from '../../ports/quarantine.js';
import { auditAction } from './audit.js';
import { databaseNow, isFile, type FileScope } from './file-scope.js';

type History = Pick<
  QuarantineTransaction,
  'recordDownload' | 'quarantineEventsAfter' | 'quarantineEventsOf' | 'lastQuarantineSequence'
>;

/** The history of the quarantine. The table numbers its rows and gives them their time. */
export const createQuarantineHistory = (context: FileScope): History => ({
  recordDownload: async (fileId, kind, releaseId) => {
    const { sql, scope } = context;
    const { tenantId, subject, correlationId } = scope;
    // The file first and the number of the entry second, as everybody does: none waits for the other in a circle.
    await sql.select({ id: files.id }).from(files).where(isFile(context, fileId)).for('key share');
    await sql.insert(quarantineEvents).values({
      ...{ tenantId, fileId, releaseId, kind, subject, correlationId },
      ...{ sequence: 0, occurredAt: databaseNow },
    });
    await auditQuarantine(context, fileId, kind);
  },
  quarantineEventsAfter: async (sequence, limit) => {
    const rows = await context.sql
      .select()
      .from(quarantineEvents)
      .where(and(ofTenant(context), gt(quarantineEvents.sequence, sequence)))
      .orderBy(asc(quarantineEvents.sequence))
      .limit(limit);
    return rows.map(toEvent);
  },
  quarantineEventsOf: async (id, limit) => {
    const rows = await context.sql
      .select()
      .from(quarantineEvents)
      .where(and(ofTenant(context), eq(quarantineEvents.fileId, id)))
      .orderBy(desc(quarantineEvents.sequence))
      .limit(limit);
    return rows.toReversed().map(toEvent);
  },
  lastQuarantineSequence: async () => {
    const [row] = await context.sql
      .select({ last: max(quarantineEvents.sequence) })
      .from(quarantineEvents)
      .where(ofTenant(context));
    return row?.last ?? 0;
  },
});

const ofTenant = ({ scope }: FileScope): SQL => eq(quarantineEvents.tenantId, scope.tenantId);

/** Writes the audit row of an entry of the history. */
export const auditQuarantine = (
  context: FileScope,
  fileId: FileId,
  kind: QuarantineEventKind,
): Promise<void> => auditAction(context, fileId, `quarantine.${kind}`);

const toEvent = ({ tenantId: _tenantId, ...row }: typeof quarantineEvents.$inferSelect): QuarantineEvent => ({
  ...row,
  fileId: row.fileId as FileId,
  kind: row.kind as QuarantineEventKind,
});
