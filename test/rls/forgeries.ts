import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';

const acme = DEVELOPMENT_TENANTS.acme.id;
const globex = DEVELOPMENT_TENANTS.globex.id;

/** What the app must not be able to write of its own tenant, as statements. */
export const FORGERIES: Readonly<Record<string, string>> = {
  'an event that is numbered already': `insert into events (tenant_id, file_id, version, to_state, priority, attempt,
    snapshot, occurred_at, correlation_id, sequence) select tenant_id, id, 9, 'CLEAN', 'BULK', 0, '{}', now(), 'c', 7 from files`,
  'an audit row of somebody else': `insert into audit (tenant_id, subject, action, file_id, version, correlation_id)
    select tenant_id, 'mallory', 'file.CLEAN', id, 9, 'c' from files`,
  'a file of somebody else': `update files set created_by = 'mallory'`,
  'a question in the name of somebody else': `insert into possession_challenges
    (tenant_id, challenge, subject, sha256, size_bytes, expires_at)
    values ('${acme}', '${'e'.repeat(64)}', 'mallory', '${'a'.repeat(64)}', 1, now())`,
  'a copy that many files refer to': `insert into contents (tenant_id, vault_key, sha256, size_bytes, reference_count, is_joinable)
    values ('${acme}', 'many', '${'e'.repeat(64)}', 1, 2, true)`,
  'a request for release in the name of somebody else': `insert into releases (tenant_id, id, file_id, version, status, reason,
    requested_by, requested_at, expires_at, definitions_version, correlation_id) select tenant_id, gen_random_uuid(), file_id, 1,
    'REQUESTED', 'r', 'mallory', now(), now() + interval '1 minute', '1', 'c' from quarantine`,
  'a request that is somebody else’s now': `update releases set requested_by = 'mallory'`,
  'a release that lasts longer than was asked for': `update releases set expires_at = expires_at + interval '1 day'`,
  'an entry of the quarantine’s history that only a trigger writes': `insert into quarantine_events (tenant_id, sequence, file_id,
    kind, subject, occurred_at, correlation_id) select tenant_id, 0, file_id, 'RELEASE_APPROVED', 'alice', now(), 'c' from quarantine`,
  'a download in the name of somebody else': `insert into quarantine_events (tenant_id, sequence, file_id,
    kind, subject, occurred_at, correlation_id) select tenant_id, 0, file_id, 'FORENSIC_DOWNLOAD', 'mallory', now(), 'c' from quarantine`,
  'a dead letter with another cause': `update dead_letters set cause = 'STALLED'`,
  'another object store': `update object_store set id = gen_random_uuid()`,
  'another end of an attempt': `update failed_attempts set failure_class = 'UNKNOWN'`,
  'content that is kept elsewhere': `update quarantine set source_key = 'other'`,
  'a policy in the name of somebody else': `insert into policies (tenant_id, version, rules, created_by, reason, correlation_id)
    select tenant_id, version + 1, rules, 'mallory', 'r', 'c' from policies order by version desc limit 1`,
  'another text for a policy that was': `update policies set rules = rules`,
  'a row that moves to another tenant': `update parts set tenant_id = '${globex}'`,
  'a file under another name': `update files set name = 'other'`,
};
