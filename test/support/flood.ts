import type { TenantScope } from '../../src/ports/file-store.js';
import { asSuperuser } from './database.js';

/** Puts files of a tenant before the scanner in one statement, as if their bytes were all there. */
export const flood = (ownerUrl: string, { tenantId }: TenantScope, count: number): Promise<void> =>
  asSuperuser(ownerUrl, async (client) => {
    // Triggers would demand that each file begins at the beginning.
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into files (tenant_id, id, version, name, size_bytes, state, priority, metadata, part_size_bytes, received_bytes,
         scanned_bytes, ingest_key, attempt, created_by, created_at, updated_at, correlation_id, queued_at, next_attempt_at)
       select $1, gen_random_uuid(), 2, 'flood', 1, 'SCANNING', 'INTERACTIVE', '[]', 1, 1, 0, 'flood', 0, 'flood', now(), now(),
         'flood', now(), now() from generate_series(1, $2::int)`,
      [tenantId, count],
    );
    await client.query('analyze files');
  });
