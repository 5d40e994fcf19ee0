import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { DEVELOPMENT_TENANTS } from '../src/domain/development-tenants.js';
import { BUILT_IN_ROLES } from '../src/domain/permissions.js';
import { FIRST_RULES, type PolicyRules } from '../src/domain/policy.js';
import { OWNER_ROLE } from './login-roles.js';
import { policies } from './schema/policies.js';
import { roles, tenants, tenantUsage } from './schema/tenants.js';

const GIB = 1024 ** 3;

/** What a development tenant may bring. */
const DEVELOPMENT_LIMITS = {
  maxFileBytes: 10 * GIB,
  quotaBytes: 100 * GIB,
};

/** The policy that a development tenant begins with. */
const DEVELOPMENT_RULES: PolicyRules = {
  ...FIRST_RULES,
  maxFileBytes: DEVELOPMENT_LIMITS.maxFileBytes,
  deniedTypes: ['application/x-msdownload'],
};

/** Where and how to seed. */
export interface SeedOptions {
  readonly adminUrl: string;
  /** Whether new tenants may send parts straight to the object store. @default false */
  readonly directTransfer?: boolean;
}

/**
 * Adds the tenants of a development installation with the built-in roles. Idempotent: limits and roles that
 * are there already stay as somebody set them.
 *
 * @throws Error of `pg` when the database cannot be reached or is not migrated
 */
export async function seedDevelopment({ adminUrl, directTransfer = false }: SeedOptions): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    await drizzle(admin).transaction(async (tx) => {
      await tx.execute(sql.raw(`SET LOCAL ROLE ${OWNER_ROLE}`));
      const seeded = Object.values(DEVELOPMENT_TENANTS);
      await tx
        .insert(tenants)
        .values(seeded.map((tenant) => ({ ...tenant, ...DEVELOPMENT_LIMITS, directTransfer })))
        .onConflictDoNothing();
      await tx
        .insert(tenantUsage)
        .values(seeded.map(({ id }) => ({ tenantId: id })))
        .onConflictDoNothing();
      await tx
        .insert(policies)
        .values(seeded.map(({ id }) => firstPolicy(id)))
        .onConflictDoNothing();
      await tx
        .insert(roles)
        .values(seeded.flatMap(({ id }) => builtInRoles(id)))
        .onConflictDoNothing();
    });
  } finally {
    await admin.end();
  }
}

const builtInRoles = (tenantId: string): (typeof roles.$inferInsert)[] =>
  Object.entries(BUILT_IN_ROLES).map(([name, permissions]) => ({
    tenantId,
    name,
    permissions: [...permissions],
  }));

const firstPolicy = (tenantId: string): typeof policies.$inferInsert => ({
  tenantId,
  version: 1,
  rules: DEVELOPMENT_RULES,
  createdBy: 'system:seed',
  reason: 'What a development tenant begins with.',
  correlationId: 'seed',
});
