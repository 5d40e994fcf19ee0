import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { expect, inject, it } from 'vitest';
import { DEVELOPMENT_TENANTS } from '../../../src/domain/development-tenants.js';
import { asSuperuser, createTestDatabase } from '../../support/database.js';

const MIGRATIONS = path.join(import.meta.dirname, '../../../db/migrations');
const QUARANTINE = '0010_quarantine.sql';
const acme = DEVELOPMENT_TENANTS.acme.id;

/** What an installation of before has: a tenant with its roles, and a file whose staged bytes were kept. */
const BEFORE = [
  `insert into tenants (id, slug, name, max_file_bytes, quota_bytes, denied_types) values ('${acme}', 'acme', 'Acme', 1, 1, '{}')`,
  `insert into roles values ('${acme}', 'admin', '{file:read}'), ('${acme}', 'analyst', '{file:read}'), ('${acme}', 'viewer', '{file:read}')`,
  `insert into files (tenant_id, id, version, name, size_bytes, state, priority, metadata, verdict, sha256, part_size_bytes,
    received_bytes, scanned_bytes, ingest_key, attempt, created_by, created_at, updated_at, staged_removed_at, correlation_id)
   values ('${acme}', '${randomUUID()}', 3, 'n', 1, 'INFECTED', 'BULK', '[]', '{"outcome": "INFECTED"}', repeat('a', 64), 1, 1, 1, 'k', 1,
    'alice', now(), now(), now(), 'c')`,
];

async function applyTo(client: pg.Client, name: string): Promise<void> {
  const statements = await readFile(path.join(MIGRATIONS, name), 'utf8');
  await client.query('SET ROLE lazaret_owner');
  for (const statement of statements.split('--> statement-breakpoint')) await client.query(statement);
  await client.query('RESET ROLE');
}

it('what was infected before there was a quarantine goes there, and the built-in roles may look at it', async () => {
  // Makes the roles, which belong to the whole server.
  await (await createTestDatabase()).drop();
  const { superuserUrl } = inject('services').postgres;
  const database = `upgrade_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(superuserUrl, (client) => client.query(`CREATE DATABASE ${database}`));
  const url = new URL(superuserUrl);
  url.pathname = `/${database}`;
  try {
    await asSuperuser(url.href, async (client) => {
      await client.query(`GRANT CREATE ON DATABASE ${database} TO lazaret_owner`);
      await client.query('GRANT USAGE, CREATE ON SCHEMA public TO lazaret_owner');
      const earlier = (await readdir(MIGRATIONS)).filter(
        (name) => name.endsWith('.sql') && name < QUARANTINE,
      );
      for (const name of earlier.toSorted()) await applyTo(client, name);
      await client.query(`SET session_replication_role = 'replica'`);
      for (const statement of BEFORE) await client.query(statement);
      await client.query('RESET session_replication_role');
      await applyTo(client, QUARANTINE);
      const { rows } = await client.query(
        `select held_at, source_key, staged_removed_at from quarantine join files on id = file_id`,
      );
      expect(rows).toEqual([{ held_at: null, source_key: null, staged_removed_at: null }]);
      const roles = await client.query<{ name: string; can: number }>(
        `select name, cardinality(permissions) as can from roles order by name`,
      );
      expect(roles.rows).toEqual([
        { name: 'admin', can: 5 },
        { name: 'analyst', can: 6 },
        { name: 'viewer', can: 1 },
      ]);
    });
  } finally {
    await asSuperuser(superuserUrl, (client) => client.query(`DROP DATABASE ${database} WITH (FORCE)`));
  }
});
