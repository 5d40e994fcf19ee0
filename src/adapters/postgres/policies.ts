import { and, desc, eq, isNotNull, lt } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { policies } from '../../../db/schema/policies.js';
import { tenants } from '../../../db/schema/tenants.js';
import { PermanentError } from '../../domain/errors.js';
import { FIRST_RULES, type PolicyRules, type PolicyVersion, type TenantPolicy } from '../../domain/policy.js';
import type { PolicyTransaction } from '../../ports/policies.js';
import { fileColumns, toFile } from './file-row.js';
import type { FileScope } from './file-scope.js';
import { given, prepared } from './prepared.js';

/** The policy of the tenant, all of whose versions stay. */
export const createPolicies = (context: FileScope): PolicyTransaction => ({
  policy: () => readPolicy(context),
  currentPolicy: async () => (await list(context, 1))[0] ?? FIRST_VERSION,
  findPolicy: async (version) => {
    if (version === 0) return FIRST_VERSION;
    const [row] = await context.sql
      .select()
      .from(policies)
      .where(and(ofTenant(context), eq(policies.version, version)));
    return row && toVersion(row);
  },
  listPolicies: (limit, before) => list(context, limit, before),
  insertPolicy: async ({ version, rules, reason }) => {
    const { tenantId, subject, correlationId } = context.scope;
    const [row] = await context.sql
      .insert(policies)
      .values({ tenantId, version, rules, reason, createdBy: subject, correlationId })
      .onConflictDoNothing()
      .returning();
    return row && toVersion(row);
  },
  lastDecided: async (limit) => {
    const rows = await context.sql
      .select(fileColumns)
      .from(files)
      .where(and(eq(files.tenantId, context.scope.tenantId), isNotNull(files.verdict)))
      // Ids are UUIDv7: their order is that of creation.
      .orderBy(desc(files.id))
      .limit(limit);
    return rows.map(toFile);
  },
});

const FIRST_VERSION: PolicyVersion = {
  version: 0,
  rules: FIRST_RULES,
  createdBy: null,
  createdAt: null,
  reason: null,
};

const selectPolicy = prepared((db) =>
  db
    .select({ tenant: tenants, rules: policies.rules })
    .from(tenants)
    .leftJoin(policies, eq(policies.tenantId, tenants.id))
    .where(eq(tenants.id, given('tenantId')))
    .orderBy(desc(policies.version))
    .limit(1),
);

async function readPolicy(context: FileScope): Promise<TenantPolicy> {
  const [row] = await selectPolicy(context, {});
  if (!row) throw new PermanentError('postgres', 'The tenant of the transaction does not exist.');
  const { maxFileBytes: ceilingBytes, quotaBytes, quotaFiles, quotaUploads, directTransfer } = row.tenant;
  return {
    ...(row.rules === null ? FIRST_RULES : toRules(row.rules)),
    ceilingBytes,
    quota: { bytes: quotaBytes, files: quotaFiles, uploads: quotaUploads },
    directTransfer,
  };
}

async function list(context: FileScope, limit: number, before?: number): Promise<PolicyVersion[]> {
  const isBefore = before === undefined ? undefined : lt(policies.version, before);
  const rows = await context.sql
    .select()
    .from(policies)
    .where(and(ofTenant(context), isBefore))
    .orderBy(desc(policies.version))
    .limit(limit);
  return rows.map(toVersion);
}

const toVersion = (row: typeof policies.$inferSelect): PolicyVersion => ({
  version: row.version,
  rules: toRules(row.rules),
  createdBy: row.createdBy,
  createdAt: row.createdAt,
  reason: row.reason,
});

/** Written by this adapter and checked by the table. A rule that came later has its first meaning in older versions. */
const toRules = (json: unknown): PolicyRules => ({ ...FIRST_RULES, ...(json as PolicyRules) });

const ofTenant = ({ scope }: FileScope): ReturnType<typeof eq> => eq(policies.tenantId, scope.tenantId);
