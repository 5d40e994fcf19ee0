import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertRowLevelSecurity } from '../../src/adapters/postgres/privileges.js';
import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../support/database.js';
import { FORGERIES } from './forgeries.js';
import { VISIBLE_TO_SYSTEM } from './visible-to-system.js';
import { fixtureOf, OPERATIONS, statementOf, SUBJECT, TABLES, type Operation } from './statements.js';

type Outcome = 'rows' | 'none' | 'denied';

const acme = DEVELOPMENT_TENANTS.acme.id;
const globex = DEVELOPMENT_TENANTS.globex.id;

/** Outcomes of select, insert, update, delete: of the app on its own tenant, and of the system role. */
const MATRIX: Readonly<Record<string, { own: string; foreign: string; system: string }>> = {
  tenants: {
    own: 'rows denied denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied denied denied',
  },
  tenant_usage: {
    own: 'rows denied rows denied',
    foreign: 'none denied none denied',
    system: 'denied denied denied denied',
  },
  maintenance: {
    own: 'denied denied denied denied',
    foreign: 'denied denied denied denied',
    system: 'rows denied rows denied',
  },
  object_store: {
    own: 'rows none rows denied',
    foreign: 'rows none rows denied',
    system: 'rows none rows denied',
  },
  policies: {
    own: 'rows rows denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied denied denied',
  },
  roles: {
    own: 'rows denied denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied denied denied',
  },
  files: {
    own: 'rows rows rows denied',
    foreign: 'none denied none denied',
    system: 'denied denied denied denied',
  },
  parts: {
    own: 'rows rows rows rows',
    foreign: 'none denied none none',
    system: 'denied denied denied denied',
  },
  fragments: {
    own: 'rows rows denied rows',
    foreign: 'none denied denied none',
    system: 'denied denied denied denied',
  },
  contents: {
    own: 'rows rows rows none',
    foreign: 'none denied none none',
    system: 'denied denied denied denied',
  },
  possession_challenges: {
    own: 'rows rows denied rows',
    foreign: 'none denied denied none',
    system: 'denied denied denied denied',
  },
  events: {
    own: 'rows rows denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied rows denied',
  },
  quarantine: {
    own: 'rows denied rows denied',
    foreign: 'none denied none denied',
    system: 'denied denied denied denied',
  },
  releases: {
    own: 'rows rows rows denied',
    foreign: 'none denied none denied',
    system: 'denied denied denied denied',
  },
  quarantine_events: {
    own: 'rows rows denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied denied denied',
  },
  saga_steps: {
    own: 'rows rows denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied denied denied',
  },
  failed_attempts: {
    own: 'rows rows denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied denied denied',
  },
  // A file has one that is open, so that of another one nothing is added.
  dead_letters: {
    own: 'rows none rows denied',
    foreign: 'none denied none denied',
    system: 'denied denied denied denied',
  },
  event_heads: {
    own: 'rows denied denied denied',
    foreign: 'none denied denied denied',
    system: 'rows rows rows denied',
  },
  audit: {
    own: 'rows rows denied denied',
    foreign: 'none denied denied denied',
    system: 'denied denied denied denied',
  },
  idempotency_keys: {
    own: 'rows rows rows denied',
    foreign: 'none denied none denied',
    system: 'denied denied denied denied',
  },
};

/** Who tries, with what set, on whose rows, and which column of the matrix says what comes of it. */
const PRINCIPALS = [
  {
    who: 'the app on its own tenant',
    url: 'appUrl',
    role: 'lazaret_app',
    tenant: acme,
    rowsOf: acme,
    expected: 'own',
  },
  {
    who: 'the app on another tenant',
    url: 'appUrl',
    role: 'lazaret_app',
    tenant: acme,
    rowsOf: globex,
    expected: 'foreign',
  },
  {
    who: 'the app without a tenant',
    url: 'appUrl',
    role: 'lazaret_app',
    tenant: '',
    rowsOf: acme,
    expected: 'foreign',
  },
  {
    who: 'a worker for its tenant',
    url: 'systemUrl',
    role: 'lazaret_app',
    tenant: acme,
    rowsOf: acme,
    expected: 'own',
  },
  {
    who: 'a worker for another tenant',
    url: 'systemUrl',
    role: 'lazaret_app',
    tenant: acme,
    rowsOf: globex,
    expected: 'foreign',
  },
  {
    who: 'the system role',
    url: 'systemUrl',
    role: 'lazaret_system',
    tenant: '',
    rowsOf: acme,
    expected: 'system',
  },
  {
    who: 'the system role with a tenant set',
    url: 'systemUrl',
    role: 'lazaret_system',
    tenant: acme,
    rowsOf: acme,
    expected: 'system',
  },
] as const;

describe('row-level security', () => {
  let urls: TestDatabase;
  const clients = new Map<string, pg.Client>();
  beforeAll(async () => {
    urls = await createTestDatabase();
    await asSuperuser(urls.ownerUrl, async (client) => {
      for (const statement of [...fixtureOf(acme), ...fixtureOf(globex)]) await client.query(statement);
    });
    for (const url of [urls.appUrl, urls.systemUrl]) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      clients.set(url, client);
    }
  });
  afterAll(async () => {
    await Promise.all([...clients.values()].map((client) => client.end()));
    await urls.drop();
  });

  /** Runs one statement in a transaction that is rolled back. */
  async function attempt(url: string, role: string, tenant: string, statement: string): Promise<Outcome> {
    const client = clients.get(url);
    if (!client) throw new Error('There is no such connection.');
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL ROLE ${role}`);
      await client.query(
        `select set_config('app.tenant_id', $1, true), set_config('app.subject', $2, true)`,
        [tenant, SUBJECT],
      );
      const { rowCount } = await client.query(statement);
      return (rowCount ?? 0) > 0 ? 'rows' : 'none';
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === '42501') return 'denied';
      throw error;
    } finally {
      await client.query('ROLLBACK');
    }
  }

  it('is tried on every table that there is', async () => {
    const tables = await asSuperuser(urls.ownerUrl, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
      );
      return rows.map(({ name }) => name).toSorted();
    });
    expect(Object.keys(MATRIX).toSorted()).toEqual(tables);
    expect(Object.keys(TABLES).toSorted()).toEqual(tables);
  });

  for (const { who, url, role, tenant, rowsOf, expected } of PRINCIPALS) {
    describe(who, () => {
      it.each(Object.keys(MATRIX))('gets of %s what the matrix says', async (table) => {
        const outcomes: Partial<Record<Operation, Outcome>> = {};
        for (const operation of OPERATIONS) {
          outcomes[operation] = await attempt(urls[url], role, tenant, statementOf(table, operation, rowsOf));
        }
        expect(Object.values(outcomes).join(' ')).toBe(MATRIX[table]?.[expected]);
      });
    });
  }

  it('shows the system role where work stands, and no name, no metadata, no content of anybody', async () => {
    const visible = await asSuperuser(urls.ownerUrl, async (client) => {
      const { rows } = await client.query<{ table: string; columns: string[] }>(
        `select relname::text as table, array_agg(attname::text order by attnum) as columns
         from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0
         where relnamespace = 'public'::regnamespace and relkind = 'r'
           and has_column_privilege('lazaret_system', pg_class.oid, attnum, 'SELECT') group by 1`,
      );
      return Object.fromEntries(rows.map(({ table, columns }) => [table, columns]));
    });
    expect(visible).toEqual(VISIBLE_TO_SYSTEM);
  });

  it.each(Object.entries(FORGERIES))('refuses the app %s', async (_, statement) => {
    expect(await attempt(urls.appUrl, 'lazaret_app', acme, statement)).toBe('denied');
  });

  it('refuses to start on a new table without forced security, and on one without a policy', async () => {
    const database = openDatabase(urls.appUrl);
    const change = (statement: string): Promise<unknown> =>
      asSuperuser(urls.ownerUrl, (client) => client.query(statement));
    await assertRowLevelSecurity(database);
    await change('create table forgotten (tenant_id uuid)');
    await expect(assertRowLevelSecurity(database)).rejects.toThrow('table forgotten does not force');
    await change('alter table forgotten enable row level security');
    await expect(assertRowLevelSecurity(database)).rejects.toThrow('table forgotten does not force');
    await change('alter table forgotten force row level security');
    await expect(assertRowLevelSecurity(database)).rejects.toThrow('table forgotten has no policy');
    await change('create policy nothing on forgotten using (false)');
    await assertRowLevelSecurity(database);
    await change('create view peephole as select * from files');
    await expect(assertRowLevelSecurity(database)).rejects.toThrow('view peephole');
    await change('drop view peephole; drop table forgotten');
    await database.close();
  });
});
