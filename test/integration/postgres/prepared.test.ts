import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../../src/adapters/postgres/database.js';
import { given, prepared } from '../../../src/adapters/postgres/prepared.js';
import { TransactionEndedError, type Send } from '../../../src/adapters/postgres/session.js';
import { events } from '../../../db/schema/events.js';
import { files } from '../../../db/schema/files.js';
import type { TenantScope } from '../../../src/ports/file-store.js';
import { createTestDatabase, TEST_DATABASE_CONFIG, type TestDatabase } from '../../support/database.js';
import { ACME, GLOBEX } from '../../support/stored-files.js';

const echo = prepared((db) =>
  db
    .select({
      tenantId: sql<string>`${given('tenantId')}::text`,
      instant: sql`${given('instant')}::timestamptz`.mapWith(files.createdAt),
      json: sql`${given('json')}::jsonb`.mapWith(events.snapshot),
      bytes: sql<Buffer>`${given('bytes')}::bytea`,
      nothing: sql<string | null>`${given('nothing')}::text`,
    })
    .from(sql`(select) nothing`),
);
const VALUES = { instant: new Date(1_234), json: [{ a: 1 }], bytes: Buffer.from([0, 255]), nothing: null };

describe('a statement that is prepared', () => {
  let urls: TestDatabase;
  let database: Database;
  const within = <T>(scope: TenantScope, work: (send: Send) => Promise<T>): Promise<T> => {
    const { tenantId, subject } = scope;
    return database.transaction({ kind: 'tenant', tenantId, subject }, ({ send }) => work(send));
  };
  beforeAll(async () => {
    urls = await createTestDatabase();
    database = createDatabase(
      { ...TEST_DATABASE_CONFIG, url: urls.appUrl },
      { logger: { warn: () => undefined } },
    );
  });
  afterAll(async () => {
    await database.close();
    await urls.drop();
  });

  it('takes instants, JSON, bytes and nothing at all, and gives them back as a column would', async () => {
    const [row] = await within(ACME, (send) => echo({ send, scope: ACME }, VALUES));
    expect(row).toEqual({ tenantId: ACME.tenantId, ...VALUES });
  });

  it('belongs to the transaction that asks, also where many ask at once', async () => {
    const ask = async (scope: TenantScope): Promise<boolean> => {
      const seen = await within(scope, async (send) => {
        const current = prepared((db) =>
          db
            .select({ id: sql<string>`current_setting('app.tenant_id')` })
            .from(sql`(select ${given('tenantId')}::text) asked`),
        );
        const rows = [];
        for (let index = 0; index < 20; index += 1) rows.push(...(await current({ send, scope }, {})));
        return rows;
      });
      return seen.length === 20 && seen.every(({ id }) => id === scope.tenantId);
    };
    const tenants = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? ACME : GLOBEX));
    expect(await Promise.all(tenants.map(ask))).toEqual(tenants.map(() => true));
  });

  it('is refused without a value, and after the transaction', async () => {
    const { nothing: _, ...others } = VALUES;
    await expect(within(ACME, async (send) => await echo({ send, scope: ACME }, others))).rejects.toThrow(
      'lacks a value',
    );
    const kept = await within(ACME, async (send) => send);
    const late = echo({ send: kept, scope: ACME }, VALUES).catch((error: unknown) => (error as Error).cause);
    expect(await late).toBeInstanceOf(TransactionEndedError);
  });
});
