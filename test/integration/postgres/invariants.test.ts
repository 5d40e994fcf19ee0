import { describe, expect, it } from 'vitest';
import { FILE_STATES, type FileState } from '../../../src/domain/file-state.js';
import type { FileId } from '../../../src/domain/ids.js';
import type { FileStore } from '../../../src/ports/file-store.js';
import { asSuperuser, type TestDatabase } from '../../support/database.js';
import { onFileStore } from '../../support/file-store.js';
import { ACME, advance, cleanDecision, storeWaitingFile } from '../../support/stored-files.js';

/** What a state needs, so that nothing but the change itself can be refused. */
const FITTING = `version = version + 1, vault_key = case when $2 = 'CLEAN' then coalesce(vault_key, 'vault/' || id) end,
  sha256 = repeat('a', 64), lease_until = null,
  verdict = case when $2 in ('CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED')
    then jsonb_build_object('outcome', $2::text, 'definitionsVersion', '1') end`;

const LEGAL: Readonly<Record<FileState, readonly FileState[]>> = {
  PENDING: ['RECEIVING', 'SCANNING', 'CANCELLED', 'EXPIRED'],
  RECEIVING: ['SCANNING', 'CANCELLED', 'EXPIRED'],
  SCANNING: ['CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED'],
  CLEAN: ['INFECTED', 'DELETED'],
  INFECTED: ['CLEAN', 'DELETED'],
  UNSCANNABLE: ['SCANNING', 'DELETED'],
  REJECTED: ['DELETED'],
  CANCELLED: ['DELETED'],
  EXPIRED: ['DELETED'],
  DELETED: [],
};

describe('what the database itself refuses, whoever writes', () => {
  let urls: TestDatabase;
  let store: FileStore;
  onFileStore((made) => void ({ urls, store } = made));

  /** Runs a statement about one file as the superuser, whom no policy stops. */
  const write = (id: FileId, assignments: string, ...values: string[]): Promise<string> =>
    asSuperuser(urls.ownerUrl, (client) =>
      client.query(`update files set ${assignments} where id = $1`, [id, ...values]).then(
        () => 'written',
        (error: unknown) => (error as { constraint?: string }).constraint ?? String(error),
      ),
    );

  it('every change of state that the drawing does not have', async () => {
    const legal = [];
    for (const from of FILE_STATES) {
      for (const to of FILE_STATES.filter((state) => state !== from)) {
        const { id } = await storeWaitingFile(store, ACME);
        // Puts the file into the state to start from, past the rules.
        await asSuperuser(urls.ownerUrl, async (client) => {
          await client.query(`set session_replication_role = 'replica'`);
          await client.query(`update files set state = $2, ${FITTING} where id = $1`, [id, from]);
          await client.query(
            `insert into contents (tenant_id, vault_key, sha256, size_bytes, reference_count, is_joinable)
             select tenant_id, vault_key, sha256, 1, 1, false from files where id = $1 and vault_key is not null`,
            [id],
          );
        });
        const outcome = await write(id, `state = $2, ${FITTING}`, to);
        // That one is drawn for what has a dead letter, which none of these files has.
        const drawn = from === 'UNSCANNABLE' && to === 'SCANNING' ? 'files_replay_of_dead_letter' : 'written';
        expect([drawn, 'files_legal_change']).toContain(outcome);
        if (outcome === drawn) legal.push(`${from}>${to}`);
      }
    }
    const all = Object.entries(LEGAL).flatMap(([from, targets]) => targets.map((to) => `${from}>${to}`));
    expect(legal.toSorted()).toEqual(all.toSorted());
  });

  const proven = {
    state: `'CLEAN'`,
    version: 'version + 1',
    sha256: `repeat('a', 64)`,
    vault_key: `'vault/' || id`,
    verdict: `'{"outcome": "CLEAN", "definitionsVersion": "1"}'`,
  };
  const assign = (values: Readonly<Record<string, string>>): string =>
    Object.entries(values)
      .map(([column, value]) => `${column} = ${value}`)
      .join(', ');
  const unproven: Readonly<Record<string, readonly [change: Record<string, string>, refusal: string]>> = {
    'without a sealed copy': [{ vault_key: 'null' }, 'files_served_only_when_clean'],
    'without a hash': [{ sha256: 'null' }, 'files_clean_is_proven'],
    'with another hash than declared': [{ declared_sha256: `repeat('f', 64)` }, 'files_clean_is_proven'],
    'with empty definitions': [
      { verdict: `'{"outcome": "CLEAN", "definitionsVersion": ""}'` },
      'files_clean_is_proven',
    ],
    'without definitions': [{ verdict: `'{"outcome": "CLEAN"}'` }, 'files_clean_is_proven'],
    'without a verdict': [{ verdict: 'null' }, 'files_clean_is_proven'],
    'with the verdict of another state': [
      { verdict: `'{"outcome": "INFECTED", "definitionsVersion": "1"}'` },
      'files_verdict_matches_state',
    ],
  };
  it.each(Object.entries(unproven))('CLEAN %s', async (_, [change, refusal]) => {
    const { id } = await storeWaitingFile(store, ACME);
    expect(await write(id, assign({ ...proven, ...change }))).toBe(refusal);
    expect(await write(id, assign(proven))).toBe('written');
  });

  it('what breaks a finished upload', async () => {
    const file = await storeWaitingFile(store, ACME);
    expect(await write(file.id, 'received_bytes = 3')).toBe('files_complete_is_final');
    expect(await write(file.id, `vault_key = 'k'`)).toBe('files_served_only_when_clean');
    expect(await write(file.id, 'version = version + 1')).toBe('files_version_counts');
    expect(await write(file.id, 'attempt = -1')).toBe('files_monotonic');
    await advance(store, ACME, file.id, cleanDecision(file));
    expect(await write(file.id, `vault_key = 'other'`)).toBe('files_served_is_final');
    expect(await write(file.id, `sha256 = repeat('0', 64)`)).toBe('files_served_is_final');
    expect(await write(file.id, `verdict = null`)).toMatch(/^files_/);
  });
});
