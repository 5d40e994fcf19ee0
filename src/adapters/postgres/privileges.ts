import { sql } from 'drizzle-orm';
import { PermanentError } from '../../domain/errors.js';
import type { Database } from './database.js';
import type { Sql } from './session.js';

/**
 * Refuses a database in which tenants would not be kept apart: a table without forced row-level security or
 * without a policy, a view that reads with its owner's rights, or a login that could step around the policies.
 *
 * @throws PermanentError that names everything found; TransientError when the database cannot be asked
 */
export async function assertRowLevelSecurity(database: Database): Promise<void> {
  const weaknesses = await database.transaction({ kind: 'login' }, async ({ sql: db }) => [
    ...(await weakTables(db)),
    ...(await strongRoles(db)),
  ]);
  if (weaknesses.length === 0) return;
  throw new PermanentError('postgres', `The database does not keep tenants apart: ${weaknesses.join('; ')}.`);
}

/** What an extension brings, as pg_stat_statements its views, holds none of our rows; to make one takes the owner's rights. */
const isOurs = sql`not exists (select from pg_depend
  where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e') and relnamespace not in (select oid from pg_namespace
  where nspname in ('pg_catalog', 'information_schema', 'migrations') or nspname like 'pg_toast%' or nspname like 'pg_temp%')`;

/** Catalogs show every table, also those that the asking role may not read. */
async function weakTables(db: Sql): Promise<string[]> {
  const rows = await db.execute<{ weakness: string }>(sql`
    select format('table %s does not force row-level security', relname) as weakness from pg_class
      where ${isOurs} and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
    union all
    select format('table %s has no policy', relname) from pg_class
      where ${isOurs} and relkind in ('r', 'p') and not exists (select from pg_policy where polrelid = pg_class.oid)
    union all
    select format('view %s reads with the rights of its owner', relname) from pg_class
      where ${isOurs} and (relkind = 'm' or relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false))
    union all
    select 'there are no tables: the database is not migrated' where to_regclass('public.files') is null`);
  return rows.map((row) => row.weakness);
}

/** Looks at the login and at every role that it is, or could become. */
async function strongRoles(db: Sql): Promise<string[]> {
  const rows = await db.execute<{ weakness: string }>(sql`
    with reachable as (select * from pg_roles where pg_has_role(session_user, oid, 'MEMBER'))
    select format('role %s is a superuser', rolname) as weakness from reachable where rolsuper
    union all
    select format('role %s bypasses row-level security', rolname) from reachable where rolbypassrls
    union all
    select distinct format('role %s owns tables', rolname)
      from reachable join pg_class on relowner = reachable.oid where ${isOurs} and relkind in ('r', 'p')
    union all
    select format('role %s may create roles', rolname) from reachable where rolcreaterole
    union all
    select format('role %s may create objects', rolname) from reachable
      where has_schema_privilege(reachable.oid, 'public', 'CREATE')`);
  return rows.map((row) => row.weakness);
}
