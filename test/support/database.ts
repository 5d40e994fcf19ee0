import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type { TestServices } from './services.js';
import { migrate } from '../../db/migrate.js';
import { seedDevelopment } from '../../db/seed.js';
import { createDatabase, type Database } from '../../src/adapters/postgres/database.js';
import type { DatabaseConfig } from '../../src/adapters/postgres/pool.js';

/** A database of one test file, migrated, with the development tenants in it. */
export interface TestDatabase {
  /** As the superuser, for whom no policy holds: to arrange and to look. */
  readonly ownerUrl: string;
  /** As `lazaret_app`. */
  readonly appUrl: string;
  /** As `lazaret_system`. */
  readonly systemUrl: string;
  drop(): Promise<void>;
}

const PASSWORDS = { appPassword: 'app-of-the-tests', systemPassword: 'system-of-the-tests' };
const MIGRATIONS = path.join(import.meta.dirname, '../../db/migrations');
/** Any number, the same in all test processes. */
const TEMPLATE_LOCK = 7_265_182_413;

/** Clones the migrated template, which the first caller of a run makes. */
export async function createTestDatabase(superuserUrl = ofServices()): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = await ensureTemplate(superuserUrl);
  await asSuperuser(superuserUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    ownerUrl: withDatabase(superuserUrl, name),
    appUrl: withDatabase(superuserUrl, name, ['lazaret_app', PASSWORDS.appPassword]),
    systemUrl: withDatabase(superuserUrl, name, ['lazaret_system', PASSWORDS.systemPassword]),
    drop: () =>
      asSuperuser(superuserUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

function ofServices(): string {
  const { postgres }: Pick<TestServices, 'postgres'> = inject('services');
  return postgres.superuserUrl;
}

/** Small limits, so that a test which waits for one need not wait long. */
export const TEST_DATABASE_CONFIG: Omit<DatabaseConfig, 'url'> = {
  poolSize: 10,
  maxIdleSeconds: 30,
  maxLifetimeSeconds: 3_600,
  preparesStatements: true,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 5_000,
  idleInTransactionTimeoutMs: 10_000,
  connectTimeoutMs: 5_000,
  deadlineMs: 30_000,
};

/** Opens a pool like that of a process. */
export const openDatabase = (url: string, config: Partial<DatabaseConfig> = {}): Database =>
  createDatabase({ ...TEST_DATABASE_CONFIG, ...config, url }, { logger: { warn: () => undefined } });

/** Runs something as the superuser. */
export async function asSuperuser<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(
  url: string,
  database: string,
  login?: readonly [name: string, password: string],
): string {
  const copy = new URL(url);
  copy.pathname = `/${database}`;
  if (login) [copy.username, copy.password] = login;
  return copy.href;
}

async function ensureTemplate(superuserUrl: string): Promise<string> {
  const template = `template_${await fingerprintMigrations()}`;
  await asSuperuser(superuserUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await client.query('select from pg_database where datname = $1', [template]);
    if (found.rowCount === 0) await buildTemplate(client, superuserUrl, template);
  });
  return template;
}

/** Gets its name last, so that a template which exists is complete. */
async function buildTemplate(client: pg.Client, superuserUrl: string, template: string): Promise<void> {
  await client.query('DROP DATABASE IF EXISTS template_in_the_making WITH (FORCE)');
  await client.query('CREATE DATABASE template_in_the_making');
  const adminUrl = withDatabase(superuserUrl, 'template_in_the_making');
  await migrate({ adminUrl, ...PASSWORDS });
  await seedDevelopment({ adminUrl });
  await client.query(`ALTER DATABASE template_in_the_making RENAME TO ${template}`);
}

async function fingerprintMigrations(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort()) {
    hash.update(await readFile(path.join(MIGRATIONS, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
