import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import { askPossession } from '../../src/usecases/possession/ask-possession.js';
import { createProofSlots } from '../../src/usecases/possession/proof-slots.js';
import {
  provePossession,
  type PossessionResult,
  type ProvePossessionDeps,
} from '../../src/usecases/possession/prove-possession.js';
import { asSuperuser } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { createFakeScanner, sha256Of } from '../support/memory-inspection.js';
import { proofOf } from '../support/prove.js';
import { ACTORS, createSharingScene, type SharingScene } from '../support/sharing-scene.js';

/** Shortens refusals, and gives the reading that a right answer needs all the time that a busy machine takes. */
const waiting = (refusalMs: number) => ({
  clock: {
    now: () => new Date(),
    sleep: (_: number, signal?: AbortSignal) => createSystemClock().sleep(refusalMs, signal),
  },
});
const PATIENT = waiting(60_000);

const [acme, globex] = ACTORS as [Actor, Actor];

describe('possession of bytes', () => {
  let inner: InspectionScene;
  let scene: SharingScene;
  let deps: ProvePossessionDeps;
  beforeAll(async () => {
    inner = await openInspectionScene();
    scene = createSharingScene(inner);
    deps = {
      ...scene.deps,
      ...waiting(300),
      ids: createUuidV7Ids(),
      settings: { idempotencyTtlSeconds: 60 },
      takeSlot: createProofSlots({ perTenant: 4, perProcess: 8 }),
      onProof: () => undefined,
    };
  });
  afterAll(() => inner.close());

  const ask = async (actor: Actor, bytes: Buffer): Promise<string> => {
    const asked = await askPossession(deps)(actor, { sha256: sha256Of(bytes), sizeBytes: bytes.length });
    if (!asked.ok) throw new Error(asked.fault.message);
    return asked.value.challenge;
  };
  const answer = async (
    actor: Actor,
    input: { challenge: string; proof: string; idempotencyKey?: string; contentType?: string },
    overrides: Partial<ProvePossessionDeps> = {},
  ): Promise<PossessionResult> => {
    const result = await provePossession({ ...deps, ...overrides })(actor, { name: 'again.bin', ...input });
    if (!result.ok) throw new Error(result.fault.code);
    return result.value;
  };
  const prove = async (
    actor: Actor,
    bytes: Buffer,
    overrides: Partial<ProvePossessionDeps> = {},
  ): Promise<PossessionResult> => {
    const challenge = await ask(actor, bytes);
    return answer(actor, { challenge, proof: proofOf(challenge, bytes) }, overrides);
  };
  const stored = (result: PossessionResult): File => {
    if (result.kind !== 'stored') throw new Error('The bytes have to be sent.');
    return result.file;
  };
  const used = async (): Promise<unknown> =>
    asSuperuser(inner.ownerUrl, async (client) => {
      const { rows } = await client.query(
        `select used_bytes::int as bytes, file_count::int as files from tenant_usage where tenant_id = $1`,
        [acme.tenantId],
      );
      return rows[0] as unknown;
    });
  const SEND_BYTES = { kind: 'send-bytes' };

  it.each([0, 1, 5_000_000])(
    'makes a file of %i bytes that are stored, like any other file',
    async (size) => {
      const bytes = randomBytes(size);
      const original = await scene.upload(acme, bytes);
      const before = (await used()) as { bytes: number; files: number };
      const file = stored(await prove(acme, bytes, PATIENT));
      const { vaultKey, sha256, verdict } = original;
      expect(file).toMatchObject({
        state: 'CLEAN',
        version: 3,
        vaultKey,
        sha256,
        verdict,
        name: 'again.bin',
      });
      expect(file).toMatchObject({ receivedBytes: size, scannedBytes: size, createdBy: acme.subject });
      expect(await used()).toEqual({ bytes: before.bytes + size, files: before.files + 1 });
      const history = await asSuperuser(inner.ownerUrl, async (client) => {
        const { rows } = await client.query<{ event: string; audit: string }>(
          `select (select string_agg(to_state, ' ' order by version) from events where file_id = $1) as event,
           (select string_agg(action, ' ' order by version) from audit where file_id = $1) as audit`,
          [file.id],
        );
        return rows[0];
      });
      expect(history).toEqual({
        event: 'PENDING SCANNING CLEAN',
        audit: 'file.PENDING file.SCANNING file.CLEAN',
      });
      await scene.remove(acme, original);
      expect(sha256Of((await inner.readSealed(file.vaultKey ?? '')) ?? Buffer.from('none'))).toBe(sha256);
    },
  );

  it('is asked for alike whatever is stored, and refused alike, after the same time', async () => {
    const known = randomBytes(3_000);
    await scene.upload(acme, known);
    const challenges = [await ask(acme, known), await ask(acme, randomBytes(3_000))];
    expect(challenges.map((challenge) => challenge.length)).toEqual([64, 64]);
    const sleeps: number[] = [];
    const sleep: ProvePossessionDeps['clock']['sleep'] = (durationMs, signal) => {
      sleeps.push(durationMs);
      return deps.clock.sleep(durationMs, signal);
    };
    const watched = { clock: { ...deps.clock, sleep } };
    for (const challenge of challenges) {
      expect(await answer(acme, { challenge, proof: '0'.repeat(64) }, watched)).toEqual(SEND_BYTES);
    }
    expect(sleeps).toEqual([sleeps[0], sleeps[0]]);
  });

  it('is not shown by the hash, by all bytes but one, by another tenant or by another person', async () => {
    const bytes = randomBytes(100_000);
    await scene.upload(acme, bytes);
    const almost = Buffer.from(bytes);
    almost[99_999] = (almost[99_999] ?? 0) ^ 1;
    const challenge = await ask(acme, bytes);
    expect(await answer(acme, { challenge, proof: proofOf(challenge, almost) })).toEqual(SEND_BYTES);
    expect(await answer(acme, { challenge: await ask(acme, bytes), proof: sha256Of(bytes) })).toEqual(
      SEND_BYTES,
    );
    expect(await prove(globex, bytes)).toEqual(SEND_BYTES);
    const other = await ask(acme, bytes);
    const mallory = { ...acme, subject: 'mallory' };
    expect(await answer(mallory, { challenge: other, proof: proofOf(other, bytes) })).toEqual(SEND_BYTES);
    expect(
      stored(await answer(acme, { challenge: other, proof: proofOf(other, bytes) }, PATIENT)).state,
    ).toBe('CLEAN');
  });

  it('answers each question once, also when many answer at once, and a repeated request the same', async () => {
    const bytes = randomBytes(2_000);
    await scene.upload(acme, bytes);
    const challenge = await ask(acme, bytes);
    const input = { challenge, proof: proofOf(challenge, bytes) };
    const results = await Promise.all([1, 2, 3].map(() => answer(acme, input, PATIENT)));
    expect(results.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    const wrong = await ask(acme, bytes);
    await answer(acme, { challenge: wrong, proof: '0'.repeat(64) });
    expect(await answer(acme, { challenge: wrong, proof: proofOf(wrong, bytes) })).toEqual(SEND_BYTES);
    const again = await ask(acme, bytes);
    const keyed = { challenge: again, proof: proofOf(again, bytes), idempotencyKey: 'possession-key' };
    const first = stored(await answer(acme, keyed, PATIENT));
    expect(stored(await answer(acme, keyed, PATIENT)).id).toBe(first.id);
  });

  it('takes no verdict over that was made with other definitions, or that a later one has overturned', async () => {
    const bytes = randomBytes(1_000);
    await scene.upload(acme, bytes);
    const status = { engine: 'Fake 1.0', definitionsVersion: '43', definitionsBuiltAt: null };
    const other = { status: () => Promise.resolve(status) };
    expect(await prove(acme, bytes, { scanner: other })).toEqual(SEND_BYTES);
    const away = { status: () => Promise.reject(new Error('away')) };
    expect(await prove(acme, bytes, { scanner: away })).toEqual(SEND_BYTES);
    expect(stored(await prove(acme, bytes, PATIENT)).state).toBe('CLEAN');
    const suspect = await scene.receive(acme, bytes);
    const newer = createFakeScanner({ kind: 'found', signature: 'Late' }, { definitionsVersion: '43' });
    await scene.inspect(suspect, { scanner: { ...newer, status: () => Promise.resolve(status) } });
    expect(await inner.find(suspect)).toMatchObject({ state: 'INFECTED', vaultKey: null });
    expect(await prove(acme, bytes)).toEqual(SEND_BYTES);
  });

  it('takes no verdict over of other rules, of another label, or of what was judged in segments', async () => {
    const bytes = randomBytes(1_000);
    await scene.upload(acme, bytes);
    const challenge = await ask(acme, bytes);
    const labelled = { challenge, proof: proofOf(challenge, bytes), contentType: 'application/x-other' };
    expect(await answer(acme, labelled)).toEqual(SEND_BYTES);
    const look = (coverage: string): Promise<unknown> =>
      asSuperuser(inner.ownerUrl, (client) =>
        client.query('update contents set coverage = $1 where sha256 = $2', [coverage, sha256Of(bytes)]),
      );
    await look('SEGMENTS');
    expect(await prove(acme, bytes)).toEqual(SEND_BYTES);
    await look('WHOLE');
    expect(stored(await prove(acme, bytes, PATIENT)).state).toBe('CLEAN');
    await asSuperuser(inner.ownerUrl, (client) =>
      client.query(
        `insert into policies (tenant_id, version, rules, created_by, reason, correlation_id)
         select tenant_id, max(version) + 1, jsonb_set(max(rules::text)::jsonb, '{deniedExtensions}', '["never"]'), 'a', 'r', 'c'
         from policies where tenant_id = $1 group by tenant_id`,
        [acme.tenantId],
      ),
    );
    expect(await prove(acme, bytes)).toEqual(SEND_BYTES);
    await scene.upload(acme, bytes);
    expect(stored(await prove(acme, bytes, PATIENT)).state).toBe('CLEAN');
  });

  it('is shown by no answer that comes too late', async () => {
    const bytes = randomBytes(1_000);
    await scene.upload(acme, bytes);
    const [late, early] = [await ask(acme, bytes), await ask(acme, bytes)];
    await asSuperuser(inner.ownerUrl, (client) =>
      client.query('update possession_challenges set expires_at = now() where challenge = $1', [late]),
    );
    const answerTo = (challenge: string, overrides?: Partial<ProvePossessionDeps>) =>
      answer(acme, { challenge, proof: proofOf(challenge, bytes) }, overrides);
    expect(await answerTo(late)).toEqual(SEND_BYTES);
    expect(stored(await answerTo(early, PATIENT)).state).toBe('CLEAN');
  });

  it('of a copy that the store has lost is no possession, and the next upload is stored anew', async () => {
    const bytes = randomBytes(1_000);
    const lost = await scene.upload(acme, bytes);
    await rm(path.join(inner.root, 'vault', `${lost.vaultKey ?? ''}.bytes`));
    expect(await prove(acme, bytes)).toEqual(SEND_BYTES);
    const next = await scene.upload(acme, bytes);
    expect(next.vaultKey).not.toBe(lost.vaultKey);
    expect(await inner.readSealed(next.vaultKey ?? '')).toEqual(bytes);
    expect(stored(await prove(acme, bytes, PATIENT)).vaultKey).toBe(next.vaultKey);
    await scene.remove(acme, lost);
    expect((await scene.upload(acme, bytes)).vaultKey).toBe(next.vaultKey);
  });

  it('is compared for a few at a time', async () => {
    const bytes = randomBytes(10);
    const busy = createProofSlots({ perTenant: 1, perProcess: 2 });
    const release = busy(acme.tenantId);
    await expect(prove(acme, bytes, { takeSlot: busy })).rejects.toThrow('OVERLOADED');
    expect(await prove(globex, bytes, { takeSlot: busy })).toEqual(SEND_BYTES);
    release?.();
    expect(await prove(acme, bytes, { takeSlot: busy })).toEqual(SEND_BYTES);
  });
});
