import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVELOPMENT_TENANTS } from '../../../src/domain/development-tenants.js';
import { fixtureOf, SUBJECT } from '../../rls/statements.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const acme = DEVELOPMENT_TENANTS.acme.id;
const hash = (digit: string): string => digit.repeat(64);

const NEW_FILE = {
  ...{ tenant_id: `'${acme}'`, id: 'gen_random_uuid()', version: '1', name: `'n'`, size_bytes: '1' },
  ...{ state: `'PENDING'`, priority: `'BULK'`, metadata: `'[]'`, part_size_bytes: '1', received_bytes: '0' },
  ...{ scanned_bytes: '0', ingest_key: `'k'`, attempt: '0', created_by: `'${SUBJECT}'`, created_at: 'now()' },
  ...{ updated_at: 'now()', correlation_id: `'c'`, transfer_mode: `'PROXIED'` },
};
const newFile = (change: Readonly<Record<string, string>>): string => {
  const row = { ...NEW_FILE, ...change };
  return `insert into files (${Object.keys(row).join(', ')}) values (${Object.values(row).join(', ')})`;
};
const file = `(select id from files)`;
const newPart = (number: number, column = 'sha256', value = hash('a')): string =>
  `insert into parts (tenant_id, file_id, part_number, size_bytes, etag, ${column})
   values ('${acme}', ${file}, ${String(number)}, 1, 'e', '${value}')`;
const newCopy = (key: string, sha256: string, isJoinable = false, references = 1): string =>
  `insert into contents (tenant_id, vault_key, sha256, size_bytes, reference_count, is_joinable)
   values ('${acme}', '${key}', '${sha256}', 1, ${String(references)}, ${String(isJoinable)})`;
const newLetter = (columns = '', values = ''): string =>
  `insert into dead_letters (tenant_id, file_id, cause, failure_class, message, attempt, correlation_id ${columns})
   values ('${acme}', ${file}, 'STALLED', 'LOST', 'm', 2, 'c' ${values})`;
const decide = (by: string, status = 'DISCARDED', version = 'version + 1'): string =>
  `update dead_letters set status = '${status}', version = ${version}, decided_by = '${by}', decided_at = now(), reason = 'r'`;
const newPolicy = (version: string, reason = 'r'): string =>
  `insert into policies (tenant_id, version, rules, created_by, reason, correlation_id)
   select tenant_id, ${version}, rules, '${SUBJECT}', '${reason}', 'c' from policies order by version desc limit 1`;
const newStep = (outcome: string, cause = 'null'): string =>
  `insert into saga_steps (tenant_id, file_id, saga, run, step, outcome, cause, correlation_id)
   values ('${acme}', ${file}, 'COMPLETION', '1', 'OPEN', '${outcome}', ${cause}, 'c')`;

const received = `update files set state = 'SCANNING', version = version + 1, received_bytes = size_bytes`;
/** What refers to a copy, when the file is received. */
const clean = (key: string): string =>
  `update files set state = 'CLEAN', version = version + 1, vault_key = '${key}', sha256 = '${hash('b')}',
   verdict = '{"outcome": "CLEAN", "definitionsVersion": "1"}'`;
const blocks = (key: string): string => `update contents set block_bytes = 1, block_macs = '\\x${key}'`;

/** Statements one after the other, and what refuses the last of them; those before it must be let through. */
const FORBIDDEN: Readonly<Record<string, readonly [refusal: string, ...statements: string[]]>> = {
  'a file that begins in another state': ['files_begin_pending', newFile({ state: `'CANCELLED'` })],
  'a file that begins with a later version': ['files_begin_pending', newFile({ version: '2' })],
  'a file that begins with an attempt': ['files_begin_pending', newFile({ attempt: '1' })],
  'a file that begins with bytes': ['files_begin_pending', newFile({ received_bytes: '1' })],
  'a file of no known priority': ['files_priority_known', newFile({ priority: `'FIRST'` })],
  'a file that comes in no known way': ['files_transfer_mode_known', newFile({ transfer_mode: `'POST'` })],
  'more bytes than the file has': ['files_received_within_size', 'update files set received_bytes = 2'],
  'a lease of what is not inspected': [
    'files_lease_only_when_scanning',
    'update files set lease_until = now()',
  ],
  'a part before the first': ['parts_number_range', newPart(0)],
  'a part after the last': ['parts_number_range', newPart(10_000), newPart(10_001)],
  'a part with half a hash': ['parts_sha256_form', newPart(2, 'sha256', 'abc')],
  'a part with half an MD5': ['parts_md5_form', newPart(2, 'md5', 'abc')],
  'a part with half a MAC': ['parts_mac_form', newPart(2, 'mac', 'abc')],
  'a second copy to be shared of one content': [
    'contents_stored_once',
    newCopy('other', hash('b'), true),
    newCopy('alone', hash('a')),
    newCopy('second', hash('a'), true),
  ],
  'a copy with half a hash': ['contents_sha256_form', newCopy('half', 'abc')],
  'fewer references than none': ['contents_counts', 'update contents set reference_count = -1'],
  'proofs of blocks of no size': ['contents_blocks_proven', `update contents set block_macs = '\\x00'`],
  'other proofs of the same copy': ['contents_blocks_stay', blocks('00'), blocks('00'), blocks('01')],
  'a copy that loses its proofs': [
    'contents_blocks_stay',
    blocks('00'),
    'update contents set block_bytes = null, block_macs = null',
  ],
  'a reference to a copy on its way out': [
    'contents_only_grow_alive',
    newCopy('gone', hash('b'), false, 0),
    received,
    clean('gone'),
  ],
  'a reference to a copy of other bytes': [
    'contents_only_grow_alive',
    newCopy('other', hash('f'), true),
    received,
    clean('other'),
  ],
  'a dead letter that is decided over from the start': [
    'dead_letters_begin_open',
    newLetter(', status, decided_by, decided_at', `, 'REPLAYED', '${SUBJECT}', now()`),
  ],
  'a dead letter with a later version': ['dead_letters_begin_open', newLetter(', version', ', 2')],
  'a second dead letter to decide over': ['dead_letters_one_open', newLetter()],
  'a second decision': ['dead_letters_decision_is_final', decide(SUBJECT), decide(SUBJECT, 'REPLAYED')],
  'a decision without a version': ['dead_letters_decision_is_final', decide(SUBJECT, 'DISCARDED', '1')],
  'a decision in the name of another': ['dead_letters_decision_signed', decide('mallory')],
  'a policy before the first': ['policies_counted', newPolicy('0')],
  'a policy that leaves a version out': [
    'policies_without_gaps',
    newPolicy('version + 1'),
    newPolicy('version + 2'),
  ],
  'a policy without a reason': ['policies_reasoned', newPolicy('version + 1', ' ')],
  'a cause of removal that nobody knows': [
    'quarantine_cause_known',
    `update quarantine set removed_at = now(), removal_cause = 'OTHER'`,
  ],
  'a step that is done twice': [
    'saga_steps_end_once',
    newStep('STARTED'),
    newStep('STARTED'),
    newStep('DONE'),
  ],
  'a step of which nobody knows how it ended': ['saga_steps_outcome_known', newStep('MAYBE')],
  'a message for the cause of a step': ['saga_steps_cause_is_code', newStep('FAILED', `'it broke'`)],
  'fewer bytes in use than none': ['tenant_usage_not_negative', 'update tenant_usage set used_bytes = -1'],
  'fewer files in use than none': ['tenant_usage_not_negative', 'update tenant_usage set file_count = -1'],
  'fewer open uploads than none': [
    'tenant_usage_uploads_not_negative',
    'update tenant_usage set open_uploads = -1',
  ],
};

describe('what the database refuses the application, whatever code asks', () => {
  let urls: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    urls = await createTestDatabase();
    client = new pg.Client({ connectionString: urls.ownerUrl });
    await client.connect();
    for (const statement of fixtureOf(acme)) await client.query(statement);
  });
  afterAll(async () => {
    await client.end();
    await urls.drop();
  });

  /** In a transaction that is rolled back: the constraint that refused, or its error. */
  async function attempt(statement: string): Promise<string> {
    try {
      return (await client.query(statement)).rowCount === 0 ? 'nothing' : 'written';
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      return error.constraint ?? error.message;
    }
  }

  it.each(Object.entries(FORBIDDEN))('%s', async (_, [refusal, ...statements]) => {
    await client.query('begin');
    try {
      await client.query('set local role lazaret_app');
      const outcomes: string[] = [];
      for (const statement of statements) outcomes.push(await attempt(statement));
      expect(outcomes).toEqual([...statements.slice(1).map(() => 'written'), refusal]);
    } finally {
      await client.query('rollback');
    }
  });
});
