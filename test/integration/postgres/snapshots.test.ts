import { describe, expect, it } from 'vitest';
import { fromSnapshot, type FileSnapshot } from '../../../src/domain/file-snapshot.js';
import type { File } from '../../../src/domain/file.js';
import type { FileId } from '../../../src/domain/ids.js';
import type { FileCommand } from '../../../src/domain/transition.js';
import type { FileStore, FileTransaction } from '../../../src/ports/file-store.js';
import { asSuperuser, type TestDatabase } from '../../support/database.js';
import { onFileStore } from '../../support/file-store.js';
import {
  ACME,
  after,
  cleanDecision,
  findStored,
  makePart,
  storeFile,
  storeWaitingFile,
} from '../../support/stored-files.js';

type Find = (tx: FileTransaction, id: FileId) => Promise<File | undefined>;
type Before = (tx: FileTransaction, file: File) => Promise<Partial<File>>;

const LEASE_MS = 60_000;
const UNTOUCHED: Before = () => Promise.resolve({});
/** Fields of any kind, and the largest numbers that are exact. */
const RICH = {
  name: 'Ünï "文" \\ \u2028.pdf',
  metadata: [{ key: 'k', value: '{"looks": ["like", null]}' }],
  priority: 'BULK',
  partSizeBytes: Number.MAX_SAFE_INTEGER,
  expiresAt: new Date('2026-01-02T00:00:00.001Z'),
} as const;

function decision(file: File, outcome: 'INFECTED' | 'REJECTED' | 'UNSCANNABLE'): FileCommand {
  const clean = cleanDecision(file);
  if (clean.kind !== 'decide') throw new Error('A decision decides.');
  const findings = [{ code: 'MALWARE', detail: 'Eicar "test" \\ \u2028', path: null }];
  return { ...clean, verdict: { ...clean.verdict, outcome, reason: null, findings }, vaultKey: null };
}

describe.each<{ name: string; find: Find }>([
  { name: 'has locked its row', find: (tx, id) => tx.findForUpdate(id) },
  { name: 'has only read its row', find: (tx, id) => tx.find(id) },
])('the event of a file whose transaction $name', ({ find }) => {
  let urls: TestDatabase;
  let store: FileStore;
  onFileStore((made) => void ({ urls, store } = made));

  const change = (id: FileId, command: (file: File) => FileCommand, before = UNTOUCHED): Promise<unknown> =>
    store.transact(ACME, async (tx) => {
      const file = await find(tx, id);
      if (!file) throw new Error('There is no such file.');
      const changed = { ...file, ...(await before(tx, file)) };
      const outcome = await tx.change(changed, after(changed, command(changed)));
      if (outcome !== 'written') throw new Error(`The change was not stored: ${outcome}.`);
    });

  /** What the newest event tells of the file, beside the file. */
  async function compare(id: FileId): Promise<void> {
    const file = { ...(await findStored(store, ACME, id)), ingestHandle: null };
    const [event] = await asSuperuser(urls.ownerUrl, async (client) => {
      const newest = 'select * from events where file_id = $1 order by id desc limit 1';
      return (await client.query<Record<string, unknown>>(newest, [id])).rows;
    });
    expect(fromSnapshot(event?.['snapshot'] as FileSnapshot)).toEqual(file);
    const { version, state: to_state, priority, attempt, updatedAt: occurred_at } = file;
    expect(event).toMatchObject({ version, to_state, priority, attempt, occurred_at });
  }

  const begun = async (changes: Partial<File> = {}): Promise<FileId> => {
    const { id } = await storeWaitingFile(store, ACME, changes);
    await store.transact(ACME, (tx) => tx.beginInspection(id, LEASE_MS));
    return id;
  };

  it('is what its row is, from its creation on, when its upload comes in parts and ends', async () => {
    for (const end of ['cancel', 'expire'] as const) {
      const { id } = await storeFile(store, ACME, RICH);
      await compare(id);
      await change(
        id,
        () => ({ kind: 'receive' }),
        async (tx) => {
          const { receivedBytes } = await tx.putPart(id, makePart(1, 4));
          return { receivedBytes };
        },
      );
      await compare(id);
      await change(id, () => ({ kind: end }));
      await compare(id);
    }
  });

  it('is what its row is when nobody knew its size', async () => {
    const { id } = await storeFile(store, ACME, { ...RICH, sizeBytes: null });
    await change(
      id,
      () => ({ kind: 'receive' }),
      async (tx) => {
        const fragment = { partNumber: 1, offsetBytes: 0, sizeBytes: 3, objectKey: 'fragments/1' };
        return { receivedBytes: (await tx.putFragment(id, fragment))?.receivedBytes ?? 0 };
      },
    );
    await compare(id);
    await change(
      id,
      () => ({ kind: 'complete', sizeBytes: 10 }),
      async (tx) => {
        await tx.declareSize(id, 10);
        return { sizeBytes: 10, receivedBytes: (await tx.putPart(id, makePart(1, 10))).receivedBytes };
      },
    );
    await compare(id);
  });

  it('is what its row is when parts are sent to the store, adopted, or not sent at all', async () => {
    const direct = await storeFile(store, ACME, RICH);
    await store.transact(ACME, (tx) => tx.openDirect(direct.id));
    await change(
      direct.id,
      () => ({ kind: 'receive' }),
      async (tx) => {
        const parts = [makePart(1, 4), makePart(2, 6)];
        const { receivedBytes } = await tx.correctLedger(direct.id, { enter: parts, drop: [] });
        return { receivedBytes };
      },
    );
    await compare(direct.id);
    const joined = await storeFile(store, ACME, RICH);
    await change(
      joined.id,
      () => ({ kind: 'complete', sizeBytes: 10 }),
      async (tx) => {
        await tx.putParts(joined.id, [makePart(1, 4), makePart(2, 6)]);
        return { receivedBytes: 10 };
      },
    );
    await compare(joined.id);
    const stored = await storeFile(store, ACME, RICH);
    await change(
      stored.id,
      () => ({ kind: 'complete', sizeBytes: 10 }),
      async (tx) => {
        await tx.receiveStored(stored.id);
        return { receivedBytes: 10 };
      },
    );
    await compare(stored.id);
  });

  it('is what its row is when more was scanned than its inspection knows', async () => {
    for (const [noted, known] of [
      [7, 3],
      [3, 7],
    ] as const) {
      const id = await begun(RICH);
      const stale = await findStored(store, ACME, id);
      await store.transact(ACME, (tx) => tx.renewInspection(id, 1, noted, LEASE_MS));
      const scannedBytes = { ...stale, scannedBytes: known };
      await change(id, cleanDecision, () => Promise.resolve(scannedBytes));
      await compare(id);
      expect(await findStored(store, ACME, id)).toMatchObject({ scannedBytes: 7 });
    }
  });

  it.each(['INFECTED', 'REJECTED', 'UNSCANNABLE'] as const)(
    'is what its row is when it is %s, and deleted',
    async (outcome) => {
      const id = await begun(RICH);
      await change(id, (file) => decision(file, outcome));
      await compare(id);
      await change(id, () => ({ kind: 'delete' }));
      await compare(id);
    },
  );

  it('is what its row is when it is replayed, found clean, and found infected after all', async () => {
    const id = await begun(RICH);
    await change(id, (file) => decision(file, 'UNSCANNABLE'));
    const letter = {
      cause: 'PERMANENT_FAILURE',
      failureClass: 'PERMANENT',
      message: 'No.',
      attempt: 1,
    } as const;
    await change(
      id,
      () => ({ kind: 'replay' }),
      async (tx) => {
        await tx.addDeadLetter(id, letter);
        return {};
      },
    );
    await compare(id);
    await store.transact(ACME, (tx) => tx.beginInspection(id, LEASE_MS));
    await change(id, cleanDecision);
    await compare(id);
    await change(id, (file) => {
      const { verdict } = decision(file, 'INFECTED') as FileCommand & { readonly kind: 'decide' };
      return { kind: 'redetect', verdict };
    });
    await compare(id);
  });

  it('is what its row is after each of several changes in one transaction', async () => {
    const { id } = await storeFile(store, ACME, RICH);
    await store.transact(ACME, async (tx) => {
      const file = await find(tx, id);
      if (!file) throw new Error('There is no such file.');
      const { receivedBytes } = await tx.putPart(id, makePart(1, 10));
      const grown = { ...file, receivedBytes };
      const receiving = after(grown, { kind: 'receive' });
      expect(await tx.change(grown, receiving)).toBe('written');
      expect(await tx.change(receiving, after(receiving, { kind: 'complete', sizeBytes: 10 }))).toBe(
        'written',
      );
      expect(await tx.change(receiving, after(receiving, { kind: 'cancel' }))).toBe('stale');
    });
    await compare(id);
  });
});
