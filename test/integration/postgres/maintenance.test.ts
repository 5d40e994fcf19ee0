import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBacklog } from '../../../src/adapters/postgres/backlog.js';
import type { Database } from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import { createMaintenance } from '../../../src/adapters/postgres/maintenance.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import type { CollectReport } from '../../../src/usecases/collect-orphans.js';
import { reconcileQuotas } from '../../../src/usecases/reconcile-quotas.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, storeFile } from '../../support/stored-files.js';
import { createCollectWorker } from '../../../workers/collect.worker.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { createLogger } from '../../../src/observability/logger.js';

const HOUR_MS = 3_600_000;
const clock = createSystemClock();
const logger = createLogger({ level: 'fatal', service: 'worker' });

describe('maintenance of many workers', () => {
  let urls: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    urls = await createTestDatabase();
    database = openDatabase(urls.systemUrl);
  });
  afterAll(async () => {
    await database.close();
    await urls.drop();
  });
  const change = (statement: string): Promise<unknown> =>
    asSuperuser(urls.ownerUrl, (client) => client.query(statement));
  beforeEach(() => change('update maintenance set holder = null, lease_until = null, finished_at = null'));

  it('is given to one of them at a time, and again only when it is due', async () => {
    const begin = () => createMaintenance(database).begin('collector', HOUR_MS);
    const leases = await Promise.all(Array.from({ length: 8 }, begin));
    const [lease, ...others] = leases.filter((one) => one !== undefined);
    expect(others).toEqual([]);
    expect(await lease?.renew()).toBe(true);
    await lease?.release();
    const again = await begin();
    await again?.finish();
    expect(await begin()).toBeUndefined();
    await change(`update maintenance set finished_at = finished_at - interval '61 minutes'`);
    expect(await begin()).toBeDefined();
  });

  it('goes to another one when its holder is silent for too long, who then learns that it is lost', async () => {
    const maintenance = createMaintenance(database);
    const begin = () => maintenance.begin('collector', 0);
    const dead = await begin();
    expect(await begin()).toBeUndefined();
    await change(`update maintenance set lease_until = now() - interval '1 second'`);
    const next = await begin();
    expect(await dead?.renew()).toBe(false);
    await dead?.finish();
    expect(await next?.renew()).toBe(true);
  });

  it('collects, corrects the quotas, and shows in the metrics what came of it', async () => {
    const files = createFileStore(database);
    await storeFile(files, ACME, { sizeBytes: 10 });
    await change(`insert into event_heads values ('${ACME.tenantId}', 0) on conflict do nothing`);
    await change(`update tenant_usage set used_bytes = used_bytes + 5 where tenant_id = '${ACME.tenantId}'`);
    const metrics = createMetrics();
    const none = { found: 0, removed: 0, removedBytes: 0 };
    const kinds = { staged: none, quarantined: none, fragment: none, upload: none, scratch: none };
    const report: CollectReport = {
      kinds: { ...kinds, sealed: { found: 2, removed: 1, removedBytes: 7 } },
      kept: 4,
      foreign: 3,
      isComplete: true,
    };
    const asked: Date[] = [];
    const worker = createCollectWorker({
      collect: async ({ unchangedSince, goOn }) => {
        asked.push(unchangedSince);
        expect(await goOn()).toBe(true);
        return report;
      },
      reconcile: reconcileQuotas({ files, backlog: createBacklog(database) }),
      maintenance: createMaintenance(database),
      metrics,
      clock,
      logger,
      intervalMs: HOUR_MS,
      minAgeMs: HOUR_MS,
    });
    await worker.start?.(new AbortController().signal);
    await expect.poll(() => metrics.registry.metrics()).toMatch(/last_run_\w+ 1\d{9}/);
    await worker.stop?.(new AbortController().signal);
    const shown = await metrics.registry.metrics();
    expect(shown).toContain('lazaret_orphans_found_total{kind="sealed"} 2');
    expect(shown).toContain('lazaret_orphans_removed_total{kind="sealed"} 1');
    expect(shown).toContain('lazaret_orphan_bytes_removed_total{kind="sealed"} 7');
    expect(shown).toContain('lazaret_foreign_objects 3');
    expect(shown).toContain('lazaret_quota_drift_bytes_total 5');
    expect(shown).toContain('lazaret_quota_drift_files_total 0');
    expect(asked).toHaveLength(1);
    expect(clock.now().getTime() - (asked[0]?.getTime() ?? 0)).toBeGreaterThanOrEqual(HOUR_MS);
    expect((await files.transact(ACME, (tx) => tx.usage())).bytes).toBe(10);
  });
});
