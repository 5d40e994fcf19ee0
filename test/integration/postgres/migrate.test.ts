import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { migrate } from '../../../db/migrate.js';
import { seedDevelopment } from '../../../db/seed.js';
import { startPostgres, type PostgresServer } from '../../../launch/services/postgres.js';
import { assertRowLevelSecurity } from '../../../src/adapters/postgres/privileges.js';
import { createRoleStore } from '../../../src/adapters/postgres/role-store.js';
import { BUILT_IN_ROLES } from '../../../src/domain/permissions.js';
import { DEVELOPMENT_TENANTS } from '../../../src/domain/development-tenants.js';
import { asSuperuser, openDatabase } from '../../support/database.js';

/** A server of its own: roles and passwords belong to all databases of a server. */
describe('migrations', () => {
  let directory: string;
  let server: PostgresServer;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'lazaret-migrate-'));
    server = await startPostgres({
      directory: path.join(directory, 'pg'),
      password: 'pw',
      settings: { fsync: 'off' },
    });
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const createEmpty = async (name: string, owner = 'postgres'): Promise<string> => {
    await asSuperuser(server.url, (client) => client.query(`CREATE DATABASE ${name} OWNER ${owner}`));
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  const secrets = { appPassword: `a'\\$p p`, systemPassword: 's%/@' };
  const check = async (url: string): Promise<void> => {
    const database = openDatabase(url);
    try {
      await assertRowLevelSecurity(database);
    } finally {
      await database.close();
    }
  };

  // First, while the server has none of the roles yet.
  it('need no superuser, only one who may create roles', async () => {
    const steward = `CREATE ROLE steward LOGIN CREATEROLE PASSWORD 'pw'`;
    await asSuperuser(server.url, (client) => client.query(steward));
    const url = new URL(await createEmpty('managed', 'steward'));
    url.username = 'steward';
    const { appUrl, systemUrl } = await migrate({ adminUrl: url.href, ...secrets });
    await seedDevelopment({ adminUrl: url.href });
    await check(appUrl);
    await check(systemUrl);
    await migrate({ adminUrl: url.href, ...secrets, appPassword: 'another' });
  });

  it('are refused by a server that lacks what statements of the product need', async () => {
    const adminUrl = await createEmpty('of_before');
    // Stands before the function that tells which server it is.
    await asSuperuser(adminUrl, (client) =>
      client.query(`create schema before;
        create function before.current_setting(name text) returns text language sql as
          $$ select case name when 'server_version_num' then '170010' else '17.10' end $$;
        alter database of_before set search_path = before, pg_catalog, public`),
    );
    await expect(migrate({ adminUrl, ...secrets })).rejects.toThrow(
      'Postgres 18 or newer is needed; this server is 17.10.',
    );
  });

  it('make an empty database usable by both logins, also when many processes start at once', async () => {
    const urls = [await createEmpty('one'), await createEmpty('two')];
    const starts = [...urls, ...urls, ...urls].map((adminUrl) => migrate({ adminUrl, ...secrets }));
    for (const { appUrl, systemUrl } of await Promise.all(starts)) {
      await check(appUrl);
      await check(systemUrl);
    }
  });

  it('do nothing the second time', async () => {
    const adminUrl = await createEmpty('again');
    await migrate({ adminUrl, ...secrets });
    const fingerprint = (): Promise<unknown> =>
      asSuperuser(adminUrl, async (client) => {
        const { rows } = await client.query<object>(
          `select (select string_agg(xmin::text, ',' order by oid) from pg_authid) as roles,
             (select string_agg(xmin::text, ',' order by oid) from pg_class) as relations`,
        );
        return rows;
      });
    const before = await fingerprint();
    await migrate({ adminUrl, ...secrets });
    expect(await fingerprint()).toEqual(before);
  });

  it('set another password when another is given, and take back powers that somebody added', async () => {
    const adminUrl = await createEmpty('changed');
    const old = await migrate({ adminUrl, ...secrets });
    await asSuperuser(adminUrl, (client) => client.query('ALTER ROLE lazaret_app BYPASSRLS'));
    await expect(check(old.appUrl)).rejects.toThrow('bypasses row-level security');
    const now = await migrate({ adminUrl, ...secrets, appPassword: 'another' });
    await check(now.appUrl);
    await expect(check(old.appUrl)).rejects.toThrow('28P01');
    await migrate({ adminUrl, ...secrets });
  });

  it('never send a password in a statement', async () => {
    const adminUrl = await createEmpty('quiet');
    const query = vi.spyOn(pg.Client.prototype, 'query');
    await migrate({ adminUrl, appPassword: 'plain-app', systemPassword: 'plain-system' });
    const statements = JSON.stringify(query.mock.calls.map(([statement]) => statement as unknown));
    query.mockRestore();
    expect(statements).toContain('SCRAM-SHA-256$');
    expect(statements).not.toMatch(/plain-(?:app|system)/);
  });

  it('are followed by the development tenants with all built-in roles, and keep what somebody changed', async () => {
    const adminUrl = await createEmpty('seeded');
    const { appUrl } = await migrate({ adminUrl, ...secrets });
    await seedDevelopment({ adminUrl });
    const setQuota = `update tenants set quota_bytes = 7 where slug = 'acme'`;
    await asSuperuser(adminUrl, (client) => client.query(setQuota));
    await seedDevelopment({ adminUrl });
    const quotas = await asSuperuser(adminUrl, async (client) => {
      const { rows } = await client.query<{ quota: string }>(
        'select quota_bytes as quota from tenants order by slug',
      );
      return rows.map(({ quota }) => quota);
    });
    expect(quotas).toEqual(['7', String(100 * 1024 ** 3)]);
    const database = openDatabase(appUrl);
    for (const { id } of Object.values(DEVELOPMENT_TENANTS)) {
      for (const [role, permissions] of Object.entries(BUILT_IN_ROLES)) {
        expect(await createRoleStore(database).permissionsOf(id, [role])).toEqual(new Set(permissions));
      }
    }
    await database.close();
  });
});
