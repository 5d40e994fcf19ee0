import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import type { File } from '../../../src/domain/file.js';
import { DEVELOPMENT_TENANTS } from '../../../src/domain/development-tenants.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, advance, storeWaitingFile } from '../../support/stored-files.js';

const acme = DEVELOPMENT_TENANTS.acme.id;

describe('what the database itself keeps of the quarantine, whatever the application does', () => {
  let urls: TestDatabase;
  let database: Database;
  let client: pg.Client;
  beforeAll(async () => {
    urls = await createTestDatabase();
    database = openDatabase(urls.appUrl);
    client = new pg.Client({ connectionString: urls.appUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.close();
    await urls.drop();
  });

  const held = async (): Promise<File> => {
    const store = createFileStore(database);
    const file = await storeWaitingFile(store, ACME);
    const verdict: Verdict = {
      ...{ outcome: 'INFECTED', reason: 'MALWARE', findings: [] },
      ...{ engine: 'e', definitionsVersion: '1', scannedBytes: 1, decidedAt: new Date() },
    };
    const facts = { sha256: 'a'.repeat(64), detectedType: null, vaultKey: null };
    const infected = await advance(store, ACME, file.id, { kind: 'decide', verdict, ...facts });
    await store.transact(ACME, (tx) => tx.markHeld(file.id, new Date(Date.now() + 3_600_000)));
    return infected;
  };

  /** Runs one statement as the application, for somebody: the constraint that refused it, or its error. */
  async function attempt(subject: string, statement: string, ...values: unknown[]): Promise<string> {
    await client.query('BEGIN');
    try {
      await client.query(
        `select set_config('app.tenant_id', $1, true), set_config('app.subject', $2, true)`,
        [acme, subject],
      );
      const { rowCount } = await client.query(statement, values);
      await client.query('COMMIT');
      return (rowCount ?? 0) > 0 ? 'written' : 'nothing';
    } catch (error) {
      await client.query('ROLLBACK');
      if (!(error instanceof pg.DatabaseError)) throw error;
      return error.constraint ?? error.code ?? error.message;
    }
  }

  const REQUEST = `insert into releases (tenant_id, id, file_id, version, status, reason, requested_by, requested_at, expires_at,
    definitions_version, correlation_id) values ('${acme}', $1, $2, 1, $3, $4, $5, now(), now() + $6::interval, '1', 'c')`;
  const request = (file: File, id: string, lasts = '1 minute', reason = 'Why.'): Promise<string> =>
    attempt('anna', REQUEST, id, file.id, 'REQUESTED', reason, 'anna', lasts);
  const requested = async (lasts?: string): Promise<string> => {
    const id = randomUUID();
    expect(await request(await held(), id, lasts)).toBe('written');
    return id;
  };
  const decide = (subject: string, id: string, changes: string): Promise<string> =>
    attempt(subject, `update releases set ${changes} where id = $1`, id);
  const approval = (by: string, status = 'APPROVED'): string =>
    `status = '${status}', version = version + 1, decided_by = '${by}', decided_at = now()`;

  it('nobody decides on what they asked for', async () => {
    const id = await requested();
    for (const status of ['APPROVED', 'REFUSED']) {
      expect(await decide('anna', id, approval('anna', status))).toBe('releases_four_eyes');
    }
    expect(await decide('otto', id, approval('otto'))).toBe('written');
  });

  it('nobody decides in the name of another, nor does the service itself', async () => {
    const id = await requested();
    expect(await decide('anna', id, approval('otto'))).toBe('releases_decision_signed');
    expect(await decide('', id, approval('otto'))).toBe('releases_decision_signed');
    expect(await decide('system:sweeper', id, approval('system:sweeper'))).toBe('releases_decision_signed');
    expect(await decide('otto', id, `status = 'APPROVED', version = 2`)).toBe('releases_decision_signed');
  });

  it('who asked, why, and until when is never written anew, and a decision and an end are made once', async () => {
    const id = await requested();
    for (const change of [
      `requested_by = 'otto'`,
      `reason = 'Other.'`,
      `expires_at = now() + interval '1 year'`,
      `file_id = '${randomUUID()}'`,
    ]) {
      expect(await decide('anna', id, change)).toBe('42501');
    }
    expect(await decide('otto', id, approval('otto', 'REFUSED'))).toBe('written');
    expect(await decide('ute', id, approval('ute'))).toBe('releases_legal_change');
    expect(await decide('ute', id, `decided_by = 'ute'`)).toBe('releases_decision_is_final');
    expect(
      await decide(
        'ute',
        id,
        `status = 'REQUESTED', version = version + 1, decided_by = null, decided_at = null`,
      ),
    ).toBe('releases_legal_change');
    const other = await requested();
    expect(await decide('anna', other, `version = version + 1`)).toBe('releases_version_counts');
    const end = `status = 'ENDED', version = version + 1, ended_by = 'anna', ended_at = now(), end_cause = 'REVOKED'`;
    expect(await decide('anna', other, end)).toBe('written');
    expect(await decide('anna', other, `end_cause = 'HIT'`)).toBe('releases_end_is_final');
    expect(await decide('otto', other, approval('otto'))).toBe('releases_legal_change');
  });

  it('what is over is not approved', async () => {
    const id = await requested('1 millisecond');
    await sleep(2);
    expect(await decide('otto', id, approval('otto'))).toBe('releases_approved_in_time');
  });

  it('a request has a reason, is one at a time, and is for content that is held for as long', async () => {
    const file = await held();
    expect(await request(file, randomUUID(), '1 minute', ' \n')).toBe('releases_reasoned');
    expect(await request(file, randomUUID(), '2 hours')).toBe('releases_of_held_content');
    expect(await request(file, randomUUID(), '-1 minute')).toBe('releases_for_a_time');
    expect(
      await attempt('anna', REQUEST, randomUUID(), file.id, 'APPROVED', 'Why.', 'anna', '1 minute'),
    ).toBe('42501');
    expect(
      await attempt('anna', REQUEST, randomUUID(), file.id, 'REQUESTED', 'Why.', 'otto', '1 minute'),
    ).toBe('42501');
    expect(await request(file, randomUUID())).toBe('written');
    expect(await request(file, randomUUID())).toBe('releases_one_open');
    const waiting = await storeWaitingFile(createFileStore(database), ACME);
    expect(await request(waiting, randomUUID())).toBe('releases_of_held_content');
  });

  it('what is held is not said to be held otherwise, and does not come back', async () => {
    const { id } = await held();
    const change = (to: string): Promise<string> =>
      attempt('anna', `update quarantine set ${to} where file_id = $1`, id);
    expect(await change(`retained_until = now() + interval '1 year'`)).toBe('quarantine_steps');
    expect(await change(`held_at = null, retained_until = null`)).toBe('quarantine_steps');
    expect(await change(`removed_at = now(), removal_cause = 'DELETED'`)).toBe('written');
    expect(await change(`removed_at = null, removal_cause = null`)).toBe('quarantine_steps');
    expect(await attempt('anna', `delete from quarantine where file_id = $1`, id)).toBe('42501');
  });

  it('every step is recorded with its subject, numbered without gaps, and stays, also for the superuser', async () => {
    const id = await requested();
    await decide('otto', id, approval('otto'));
    const read = (): Promise<pg.QueryResult<{ kind: string; subject: string; sequence: string }>> =>
      asSuperuser(urls.ownerUrl, (owner) =>
        owner.query('select kind, subject, sequence from quarantine_events order by sequence'),
      );
    const { rows } = await read();
    expect(rows.map(({ sequence }) => Number(sequence))).toEqual(rows.map((_, index) => index + 1));
    expect(rows.slice(-2)).toMatchObject([
      { kind: 'RELEASE_REQUESTED', subject: 'anna' },
      { kind: 'RELEASE_APPROVED', subject: 'otto' },
    ]);
    const change = (statement: string): Promise<unknown> =>
      asSuperuser(urls.ownerUrl, (owner) => owner.query(statement));
    await expect(change(`update quarantine_events set subject = 'x'`)).rejects.toThrow('never changed');
    await expect(change('delete from quarantine_events')).rejects.toThrow('never changed');
    expect((await read()).rows).toEqual(rows);
  });
});
