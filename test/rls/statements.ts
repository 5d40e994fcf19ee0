import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';

/** What can be done to a table. */
export const OPERATIONS = ['select', 'insert', 'update', 'delete'] as const;

/** What can be done to a table. */
export type Operation = (typeof OPERATIONS)[number];

/** A file of each tenant, stored before the tests. */
const FIXTURE_FILES: Readonly<Record<string, string>> = {
  [DEVELOPMENT_TENANTS.acme.id]: '01900000-0000-7000-8000-00000000ac3e',
  [DEVELOPMENT_TENANTS.globex.id]: '01900000-0000-7000-8000-00000006106e',
};

/** Who the app says it works for. */
export const SUBJECT = 'alice';

interface TableStatements {
  /** Column that says whose row it is; `null` where rows are nobody's. */
  readonly owner?: string | null;
  /** Something that could be written; `tenant` and `file` are literals. */
  readonly insert: (tenant: string, file: string) => string;
  readonly update: string;
}

const FILE_COLUMNS = `(tenant_id, id, version, name, size_bytes, state, priority, metadata, part_size_bytes,
  received_bytes, scanned_bytes, ingest_key, attempt, created_by, created_at, updated_at, correlation_id)`;

const RULES = `{"maxFileBytes": 1, "maxBytesByType": {}, "findingActions": {}, "allowedTypes": [], "deniedTypes": [],
  "allowedExtensions": [], "deniedExtensions": [], "oversize": "UNSCANNABLE"}`;

/** How each table is tried. */
export const TABLES: Readonly<Record<string, TableStatements>> = {
  tenants: {
    owner: 'id',
    insert: (tenant) =>
      `insert into tenants (id, slug, name, max_file_bytes, quota_bytes)
       values (${tenant}, 'new', 'New', 1, 1) on conflict do nothing returning 1`,
    update: 'quota_bytes = quota_bytes + 1',
  },
  tenant_usage: {
    insert: (tenant) =>
      `insert into tenant_usage values (${tenant}, 0, 0, 0) on conflict do nothing returning 1`,
    update: 'used_bytes = used_bytes + 1',
  },
  maintenance: {
    owner: null,
    insert: () => `insert into maintenance values ('other') returning 1`,
    update: 'finished_at = now()',
  },
  object_store: {
    owner: null,
    insert: () =>
      `insert into object_store (id) values (gen_random_uuid()) on conflict do nothing returning 1`,
    update: 'settled_at = now()',
  },
  policies: {
    insert: (tenant) =>
      `insert into policies (tenant_id, version, rules, created_by, reason, correlation_id)
       values (${tenant}, 2, '${RULES}', '${SUBJECT}', 'r', 'c') returning 1`,
    update: `reason = 'another'`,
  },
  roles: {
    insert: (tenant) => `insert into roles values (${tenant}, 'root', '{file:delete}') returning 1`,
    update: `permissions = '{file:delete}'`,
  },
  files: {
    insert: (tenant) =>
      `insert into files ${FILE_COLUMNS} values (${tenant}, gen_random_uuid(), 1, 'n', 1, 'PENDING', 'BULK', '[]',
       1, 0, 0, 'k', 0, '${SUBJECT}', now(), now(), 'c') returning 1`,
    update: 'scanned_bytes = scanned_bytes + 1',
  },
  parts: {
    insert: (tenant, file) => `insert into parts values (${tenant}, ${file}, 2, 1, 'e', null) returning 1`,
    update: `etag = 'other'`,
  },
  fragments: {
    insert: (tenant, file) => `insert into fragments values (${tenant}, ${file}, 2, 0, 1, 'k') returning 1`,
    update: `object_key = 'other'`,
  },
  contents: {
    insert: (tenant) =>
      `insert into contents (tenant_id, vault_key, sha256, size_bytes, is_joinable)
       values (${tenant}, 'new', '${'b'.repeat(64)}', 1, true) returning 1`,
    update: 'reference_count = reference_count + 1',
  },
  possession_challenges: {
    insert: (tenant) =>
      `insert into possession_challenges (tenant_id, challenge, subject, sha256, size_bytes, expires_at)
       values (${tenant}, '${'d'.repeat(64)}', '${SUBJECT}', '${'b'.repeat(64)}', 1, now() + interval '1 hour') returning 1`,
    update: 'size_bytes = size_bytes + 1',
  },
  events: {
    insert: (tenant, file) =>
      `insert into events (tenant_id, file_id, version, to_state, priority, attempt, snapshot, occurred_at, correlation_id)
       values (${tenant}, ${file}, 2, 'RECEIVING', 'BULK', 0, '{}', now(), 'c') returning 1`,
    update: 'published_at = now(), sequence = 1',
  },
  quarantine: {
    insert: (tenant, file) =>
      `insert into quarantine (tenant_id, file_id, quarantined_at, correlation_id)
       values (${tenant}, ${file}, now(), 'c') on conflict do nothing returning 1`,
    update: `removed_at = now(), removal_cause = 'DELETED'`,
  },
  releases: {
    insert: (tenant, file) =>
      `insert into releases (tenant_id, id, file_id, version, status, reason, requested_by, requested_at, expires_at,
       definitions_version, correlation_id) values (${tenant}, gen_random_uuid(), ${file}, 1, 'REQUESTED', 'r', '${SUBJECT}', now(),
       now() + interval '1 minute', '1', 'c') returning 1`,
    update: `definitions_version = '2'`,
  },
  quarantine_events: {
    insert: (tenant, file) =>
      `insert into quarantine_events (tenant_id, sequence, file_id, kind, subject, occurred_at, correlation_id)
       values (${tenant}, 0, ${file}, 'FORENSIC_DOWNLOAD', '${SUBJECT}', now(), 'c') returning 1`,
    update: `subject = 'somebody else'`,
  },
  saga_steps: {
    insert: (tenant, file) =>
      `insert into saga_steps (tenant_id, file_id, saga, run, step, outcome, correlation_id)
       values (${tenant}, ${file}, 'INSPECTION', '1', 'SEAL', 'STARTED', 'c') returning 1`,
    update: `outcome = 'DONE'`,
  },
  failed_attempts: {
    insert: (tenant, file) =>
      `insert into failed_attempts (tenant_id, file_id, attempt, failure_class, message, correlation_id)
       values (${tenant}, ${file}, 2, 'TRANSIENT', 'm', 'c') returning 1`,
    update: `message = 'other'`,
  },
  dead_letters: {
    insert: (tenant, file) =>
      `insert into dead_letters (tenant_id, file_id, cause, failure_class, message, attempt, correlation_id)
       values (${tenant}, ${file}, 'STALLED', 'LOST', 'm', 1, 'c') on conflict do nothing returning 1`,
    update: `status = 'REPLAYED', version = 2, decided_by = '${SUBJECT}', decided_at = now()`,
  },
  event_heads: {
    insert: (tenant) =>
      `insert into event_heads as head values (${tenant}, 1) on conflict (tenant_id)
       do update set last_sequence = head.last_sequence + 1 returning 1`,
    update: 'last_sequence = last_sequence + 1',
  },
  audit: {
    insert: (tenant, file) =>
      `insert into audit (tenant_id, subject, action, file_id, version, correlation_id)
       values (${tenant}, '${SUBJECT}', 'file.PENDING', ${file}, 1, 'c') returning 1`,
    update: `subject = 'somebody else'`,
  },
  idempotency_keys: {
    insert: (tenant) =>
      `insert into idempotency_keys (tenant_id, key, fingerprint, expires_at)
       values (${tenant}, 'new', 'f', now() + interval '1 hour') returning 1`,
    update: `answer = '{}'`,
  },
};

/** The statement of an operation on the rows of a tenant. */
export function statementOf(table: string, operation: Operation, tenantId: string): string {
  const statements = TABLES[table];
  if (!statements) throw new Error(`No statements for ${table}.`);
  const { owner = 'tenant_id' } = statements;
  const isOwned = owner === null ? 'true' : `${owner} = '${tenantId}'`;
  switch (operation) {
    case 'select':
      return `select * from ${table} where ${isOwned}`;
    case 'insert':
      return statements.insert(`'${tenantId}'`, `'${FIXTURE_FILES[tenantId] ?? ''}'`);
    case 'update':
      return `update ${table} set ${statements.update} where ${isOwned} returning 1`;
    case 'delete':
      return `delete from ${table} where ${isOwned}`;
  }
}

/** Gives a tenant one row in every table; run by the superuser. */
export const fixtureOf = (tenantId: string): string[] => {
  const file = `'${FIXTURE_FILES[tenantId] ?? ''}'`;
  const tenant = `'${tenantId}'`;
  return [
    `insert into files ${FILE_COLUMNS} values (${tenant}, ${file}, 1, 'secret name', 1, 'PENDING', 'BULK', '[]',
     1, 0, 0, 'k', 0, '${SUBJECT}', now(), now(), 'c')`,
    `insert into object_store (id) values (gen_random_uuid()) on conflict do nothing`,
    `insert into parts values (${tenant}, ${file}, 1, 1, 'e', null)`,
    `insert into fragments values (${tenant}, ${file}, 1, 0, 1, 'k')`,
    `insert into contents (tenant_id, vault_key, sha256, size_bytes, reference_count, is_joinable)
     values (${tenant}, 'k', '${'a'.repeat(64)}', 1, 1, true)`,
    `insert into possession_challenges (tenant_id, challenge, subject, sha256, size_bytes, expires_at)
     values (${tenant}, '${'c'.repeat(64)}', '${SUBJECT}', '${'a'.repeat(64)}', 1, now() + interval '1 hour')`,
    `insert into events (tenant_id, file_id, version, to_state, priority, attempt, snapshot, occurred_at, correlation_id)
     values (${tenant}, ${file}, 1, 'PENDING', 'BULK', 0, '{}', now(), 'c')`,
    `insert into event_heads values (${tenant}, 0)`,
    `insert into failed_attempts (tenant_id, file_id, attempt, failure_class, message, correlation_id)
     values (${tenant}, ${file}, 1, 'TRANSIENT', 'm', 'c')`,
    // What triggers write they write for the tenant and the subject of the transaction.
    `select set_config('app.tenant_id', ${tenant}, false), set_config('app.subject', '${SUBJECT}', false)`,
    `insert into quarantine (tenant_id, file_id, quarantined_at, held_at, retained_until, correlation_id)
     values (${tenant}, ${file}, now(), now(), now() + interval '1 day', 'c')`,
    `insert into releases (tenant_id, id, file_id, version, status, reason, requested_by, requested_at, expires_at,
     definitions_version, correlation_id) values (${tenant}, gen_random_uuid(), ${file}, 1, 'REQUESTED', 'r', '${SUBJECT}',
     now(), now() + interval '1 hour', '1', 'c')`,
    `update releases set status = 'ENDED', version = 2, ended_by = 'alice', ended_at = now(), end_cause = 'REVOKED'
     where tenant_id = ${tenant}`,
    `insert into saga_steps (tenant_id, file_id, saga, run, step, outcome, correlation_id)
     values (${tenant}, ${file}, 'COMPLETION', '1', 'OPEN', 'DONE', 'c')`,
    `insert into dead_letters (tenant_id, file_id, cause, failure_class, message, attempt, correlation_id)
     values (${tenant}, ${file}, 'STALLED', 'LOST', 'm', 1, 'c')`,
    `insert into audit (tenant_id, subject, action, file_id, version, correlation_id)
     values (${tenant}, '${SUBJECT}', 'file.PENDING', ${file}, 1, 'c')`,
    `insert into idempotency_keys (tenant_id, key, fingerprint, expires_at)
     values (${tenant}, 'old', 'f', now() + interval '1 hour')`,
  ];
};
