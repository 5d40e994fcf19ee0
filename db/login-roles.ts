import pg from 'pg';
import { scramVerifier } from './scram-verifier.js';

/** Owns every object; nobody logs in as it. */
export const OWNER_ROLE = 'lazaret_owner';
/** What requests run as. */
export const APP_ROLE = 'lazaret_app';
/** What work across tenants runs as. */
export const SYSTEM_ROLE = 'lazaret_system';

/** The passwords of the two roles that log in. ASCII. */
export interface LoginPasswords {
  readonly appPassword: string;
  readonly systemPassword: string;
}

/** Roles belong to the whole cluster: migrations of other databases may be changing the same ones right now. */
const RACE_CODES = new Set(['42710', '23505', 'XX000']);
const RACE_RETRIES = 20;
const RACE_PAUSE_MS = 50;
const LOGIN_CHECK_TIMEOUT_MS = 5_000;

/**
 * Creates the three roles, or mends what differs. Changes nothing where nothing differs.
 *
 * @param admin - connected as a role that may create roles
 * @param adminUrl - of the same database
 */
export async function ensureLoginRoles(
  admin: pg.Client,
  adminUrl: string,
  { appPassword, systemPassword }: LoginPasswords,
): Promise<void> {
  await ensureRole(admin, OWNER_ROLE, 'NOLOGIN');
  await ensureRole(admin, APP_ROLE, 'LOGIN');
  await ensureRole(admin, SYSTEM_ROLE, 'LOGIN');
  await ensureMembership(admin);
  await ensurePassword(admin, loginUrl(adminUrl, APP_ROLE, appPassword), APP_ROLE, appPassword);
  await ensurePassword(admin, loginUrl(adminUrl, SYSTEM_ROLE, systemPassword), SYSTEM_ROLE, systemPassword);
}

/** The same database as another role. */
export function loginUrl(adminUrl: string, role: string, password: string): string {
  const url = new URL(adminUrl);
  if (url.hostname === '' || url.searchParams.has('user') || url.searchParams.has('password')) {
    // What the query names counts more, and nobody can stand before a host that is named there as well.
    url.searchParams.set('user', role);
    url.searchParams.set('password', password);
  } else {
    url.username = role;
    url.password = encodeURIComponent(password);
  }
  return url.href;
}

const POWERLESS = 'NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION';

async function ensureRole(admin: pg.Client, role: string, login: 'LOGIN' | 'NOLOGIN'): Promise<void> {
  const { rows } = await admin.query<{ fits: boolean }>(
    `select rolcanlogin = $2 and not (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication) as fits
     from pg_roles where rolname = $1`,
    [role, login === 'LOGIN'],
  );
  if (rows[0]?.fits === true) return;
  if (rows[0]) await despiteRaces(() => admin.query(`ALTER ROLE ${role} ${login} ${POWERLESS}`));
  else await despiteRaces(() => admin.query(`CREATE ROLE ${role} ${login} ${POWERLESS}`), '42710');
}

/**
 * The administrator may act as the owner. The system role may step down to the app role for the work of one
 * tenant, and without that step has none of its rights.
 */
async function ensureMembership(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ owner: boolean; system: boolean }>(
    `select pg_has_role(current_user, '${OWNER_ROLE}', 'SET') as owner,
       exists (select from pg_auth_members where roleid = '${APP_ROLE}'::regrole
         and member = '${SYSTEM_ROLE}'::regrole and set_option and not inherit_option) as system`,
  );
  if (rows[0]?.owner !== true) {
    await despiteRaces(() => admin.query(`GRANT ${OWNER_ROLE} TO CURRENT_USER WITH SET TRUE`));
  }
  if (rows[0]?.system !== true) {
    await despiteRaces(() => admin.query(`GRANT ${APP_ROLE} TO ${SYSTEM_ROLE} WITH INHERIT FALSE, SET TRUE`));
  }
}

async function ensurePassword(admin: pg.Client, url: string, role: string, password: string): Promise<void> {
  if (await canLogIn(url)) return;
  await despiteRaces(() => admin.query(`ALTER ROLE ${role} PASSWORD '${scramVerifier(password)}'`));
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: LOGIN_CHECK_TIMEOUT_MS });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function despiteRaces(statement: () => Promise<unknown>, harmless?: string): Promise<void> {
  for (let retry = 0; ; retry += 1) {
    try {
      await statement();
      return;
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
      if (code === harmless) return;
      if (retry >= RACE_RETRIES || !RACE_CODES.has(code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RACE_PAUSE_MS));
    }
  }
}
