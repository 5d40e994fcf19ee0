import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertRowLevelSecurity } from '../../../src/adapters/postgres/privileges.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';

describe('a start on the wrong privileges is refused', () => {
  let urls: TestDatabase;
  const role = `role_${randomUUID().replaceAll('-', '')}`;
  beforeAll(async () => {
    urls = await createTestDatabase();
  });
  afterAll(async () => {
    await urls.drop();
  });

  const judge = async (url: string): Promise<void> => {
    const database = openDatabase(url);
    try {
      await assertRowLevelSecurity(database);
    } finally {
      await database.close();
    }
  };

  /** Judges a login that differs from the app in one thing. */
  const judgeLogin = (attributes: string, grants: readonly string[] = []): Promise<void> =>
    asSuperuser(urls.ownerUrl, async (client) => {
      await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pw' IN ROLE lazaret_app ${attributes}`);
      try {
        for (const grant of grants) await client.query(grant);
        const url = new URL(urls.ownerUrl);
        [url.username, url.password] = [role, 'pw'];
        await judge(url.href);
      } finally {
        await client.query(
          `REASSIGN OWNED BY ${role} TO lazaret_owner; DROP OWNED BY ${role}; DROP ROLE ${role}`,
        );
      }
    });

  it('but both logins of the product are accepted', async () => {
    await judge(urls.appUrl);
    await judge(urls.systemUrl);
    await judgeLogin('');
  });

  it('but the views of an extension are accepted', async () => {
    await asSuperuser(urls.ownerUrl, async (client) => {
      await client.query('CREATE EXTENSION pg_stat_statements');
    });
    await judge(urls.appUrl);
  });

  it('for a view that reads with the rights of its owner', async () => {
    await asSuperuser(urls.ownerUrl, async (client) => {
      await client.query('CREATE VIEW all_files AS SELECT * FROM files');
      try {
        await expect(judge(urls.appUrl)).rejects.toThrow('view all_files reads with the rights of its owner');
      } finally {
        await client.query('DROP VIEW all_files');
      }
    });
  });

  it('for a superuser', async () => {
    await expect(judge(urls.ownerUrl)).rejects.toThrow('is a superuser');
  });

  it('for a role that bypasses row-level security', async () => {
    await expect(judgeLogin('BYPASSRLS')).rejects.toThrow(`role ${role} bypasses row-level security`);
  });

  it('for a member of the owner, also one that would have to step up to it first', async () => {
    const member = judgeLogin('', [`GRANT lazaret_owner TO ${role} WITH INHERIT FALSE, SET TRUE`]);
    await expect(member).rejects.toThrow('role lazaret_owner owns tables');
  });

  it('for a role that owns one of the tables', async () => {
    const owner = judgeLogin('', [`ALTER TABLE parts OWNER TO ${role}`]);
    await expect(owner).rejects.toThrow(`role ${role} owns tables`);
  });

  it('for a role that may create roles or objects', async () => {
    await expect(judgeLogin('CREATEROLE')).rejects.toThrow('may create roles');
    const maker = judgeLogin('', [`GRANT CREATE ON SCHEMA public TO ${role}`]);
    await expect(maker).rejects.toThrow('may create objects');
  });

  it('for a database that was never migrated', async () => {
    const empty = new URL(urls.ownerUrl);
    empty.pathname = '/postgres';
    await expect(judge(empty.href)).rejects.toThrow('not migrated');
  });
});
