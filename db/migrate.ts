import path from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { APP_ROLE, ensureLoginRoles, loginUrl, OWNER_ROLE, SYSTEM_ROLE } from './login-roles.js';

/** What a migration needs. */
export interface MigrateOptions {
  /** Of a role that may create roles; straight to the server, not through a pooler. */
  readonly adminUrl: string;
  /** Of `lazaret_app`; ASCII. Set anew when it is another one. */
  readonly appPassword: string;
  /** Of `lazaret_system`; ASCII. Set anew when it is another one. */
  readonly systemPassword: string;
}

/** Under which URLs the processes connect. */
export interface MigratedDatabase {
  /** For the API: logs in as `lazaret_app`. */
  readonly appUrl: string;
  /** For the workers: logs in as `lazaret_system`. */
  readonly systemUrl: string;
}

const MIGRATIONS_FOLDER = path.join(import.meta.dirname, 'migrations');
/** Any number, the same in every process that migrates. */
const MIGRATION_LOCK = 7_265_182_411;
const LOCK_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** With Postgres 18 came the row as it was before in what a statement returns, by which the ledger of parts is kept. */
const MIN_SERVER_VERSION = 180_000;

/**
 * Brings a database to the schema of this version: roles, tables, policies, grants. Idempotent, quick when
 * nothing is to do, and safe to run by several processes at once.
 *
 * @throws Error of `pg` when the server cannot be reached or refuses; Error when the server is too old
 */
export async function migrate(options: MigrateOptions): Promise<MigratedDatabase> {
  const { adminUrl, appPassword, systemPassword } = options;
  const admin = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that dies emits this beside the rejected query; unheard it would end the process.
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    await requireVersion(admin);
    await admin.query(`select set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', false)`);
    // Held by the session: it ends with the connection, however this function ends.
    await admin.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await ensureLoginRoles(admin, adminUrl, options);
    await ensureOwnership(admin);
    await admin.query(`SET ROLE ${OWNER_ROLE}`);
    await applyMigrations(drizzle(admin), {
      migrationsFolder: MIGRATIONS_FOLDER,
      migrationsSchema: 'migrations',
      migrationsTable: 'applied',
    });
  } finally {
    await admin.end();
  }
  return {
    appUrl: loginUrl(adminUrl, APP_ROLE, appPassword),
    systemUrl: loginUrl(adminUrl, SYSTEM_ROLE, systemPassword),
  };
}

async function requireVersion(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ version: number; name: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as name`,
  );
  if ((rows[0]?.version ?? 0) >= MIN_SERVER_VERSION) return;
  throw new Error(`Postgres 18 or newer is needed; this server is ${rows[0]?.name ?? 'unknown'}.`);
}

/** The owner may make objects here, and nobody else may, not even temporary ones. */
async function ensureOwnership(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ database: string; done: boolean }>(
    `select quote_ident(current_database()) as database,
       has_database_privilege('${OWNER_ROLE}', current_database(), 'CREATE')
         and has_schema_privilege('${OWNER_ROLE}', 'public', 'CREATE')
         and not has_database_privilege('${APP_ROLE}', current_database(), 'TEMPORARY') as done`,
  );
  const row = rows[0];
  if (!row || row.done) return;
  await admin.query(`GRANT CREATE ON DATABASE ${row.database} TO ${OWNER_ROLE}`);
  await admin.query(`GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER_ROLE}`);
  await admin.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
  await admin.query(`REVOKE TEMPORARY ON DATABASE ${row.database} FROM PUBLIC`);
}
