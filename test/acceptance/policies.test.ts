import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient } from '../support/api-client.js';
import {
  createPolicyClient,
  type DryRunView,
  type PolicyClient,
  type PolicyView,
} from '../support/policy-client.js';
import { startProduct, type Product } from '../support/product.js';
import { EICAR } from '../support/samples.js';
import { sendFile, untilDecided } from '../support/send-file.js';

const MIB = 1024 * 1024;
let product: Product;
let admin: PolicyClient;
let uploader: ApiClient;
const apiOf = async (identity: string): Promise<ApiClient> =>
  createApiClient(product.url, await product.token(identity));
const as = async (identity: string): Promise<PolicyClient> => createPolicyClient(await apiOf(identity));
beforeAll(async () => {
  // No scanner of these tests takes more than a MiB at once.
  const env = { LAZARET_CLAMD_MAX_STREAM_BYTES: String(MIB) };
  product = await startProduct({ services: inject('services'), env });
  [admin, uploader] = [await as('acme-admin'), await apiOf('acme-uploader')];
});
afterAll(() => product.stop());

const current = async (client = admin): Promise<PolicyView> => granted(await client.current());
const change = async (input: Parameters<PolicyClient['update']>[0]): Promise<PolicyView> =>
  granted(await admin.update({ expectedVersion: (await current()).version, ...input })).policy;
const dryRun = async (input: object): Promise<DryRunView> => granted(await admin.dryRun(input));
/** The beginning of an image, up to its pixels. */
const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff610010000049444154',
  'hex',
);
describe('the policy of a tenant', () => {
  it('decides from its next version on, and its verdicts name it', async () => {
    const first = await current();
    expect(first).toMatchObject({
      version: 1,
      createdBy: 'system:seed',
      deniedTypes: ['application/x-msdownload'],
    });
    const bytes = Buffer.concat([PNG, randomBytes(500)]);
    const before = await untilDecided(uploader, (await sendFile(uploader, bytes, { name: 'a.png' })).id);
    const second = await change({
      rules: { deniedTypes: ['image/*'], deniedExtensions: ['exe'] },
      reason: 'No images.',
    });
    expect(second).toMatchObject({
      ...{ version: 2, createdBy: 'acme-admin', reason: 'No images.', deniedTypes: ['image/*'] },
      maxFileBytes: first.maxFileBytes,
    });
    const after = await untilDecided(uploader, (await sendFile(uploader, bytes, { name: 'a.png' })).id);
    expect([before.state, after.state, after.verdict?.reason]).toEqual([
      'CLEAN',
      'REJECTED',
      'TYPE_NOT_ALLOWED',
    ]);
    const named = `query ($id: ID!) { answer: file(id: $id) { verdict { policyVersion } } }`;
    const versionOf = async (id: string): Promise<string> =>
      granted(await uploader.ask<{ verdict: { policyVersion: string } }>(named, { id })).verdict
        .policyVersion;
    expect([await versionOf(before.id), await versionOf(after.id)]).toEqual([first.digest, second.digest]);
    const refused = { name: 'setup.EXE', sizeBytes: 1 };
    expect(codeOf(await uploader.createUpload(refused))).toBe('TYPE_NOT_ALLOWED');
    expect(codeOf(await uploader.createUpload({ name: 'a', sizeBytes: 1, contentType: 'image/gif' }))).toBe(
      'TYPE_NOT_ALLOWED',
    );
  });

  it('has a history that stays, and goes back to an earlier version by a new one', async () => {
    const changed = await change({ rules: { maxFileBytes: 1_000 }, reason: 'Small ones.' });
    const back = await change({ fromVersion: 1, reason: 'It was too strict.' });
    expect(back).toMatchObject({ version: changed.version + 1, maxFileBytes: 10 * 1024 ** 3 });
    const history = granted(await admin.history({}));
    expect(history.map(({ version }) => version)).toEqual(
      Array.from({ length: back.version }, (_, index) => back.version - index),
    );
    expect(history.at(-1)?.digest).toBe(back.digest);
    const page = granted(await admin.history({ first: 1, before: back.version }));
    expect(page).toEqual([changed]);
  });

  it('is changed by one of several who do it at once, and once for a key', async () => {
    const { version } = await current();
    const twins = await Promise.all(
      [1, 2, 3, 4].map((maxFileBytes) => admin.update({ expectedVersion: version, rules: { maxFileBytes } })),
    );
    expect(twins.map(codeOf).toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', undefined]);
    const input = { expectedVersion: version + 1, fromVersion: 1, idempotencyKey: 'policy-1' };
    const once = granted(await admin.update(input));
    expect(granted(await admin.update(input))).toEqual(once);
    expect((await current()).version).toBe(version + 2);
    expect(codeOf(await admin.update({ ...input, fromVersion: 2 }))).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('names the field that is wrong, and changes nothing then', async () => {
    const { version: expectedVersion } = await current();
    for (const [rules, field] of [
      [{ deniedTypes: ['text/plain', 'nonsense'] }, 'rules.deniedTypes[1]'],
      [
        { findingActions: [{ code: 'ARCHIVE_ENCRYPTED', action: 'ALLOW' as const }] },
        'rules.findingActions[0].action',
      ],
      [{ findingActions: [{ code: 'NO_SUCH', action: 'ALLOW' as const }] }, 'rules.findingActions[0].code'],
    ] as const) {
      const outcome = await admin.update({
        expectedVersion,
        rules: JSON.parse(JSON.stringify(rules)) as object,
      });
      expect(outcome).toMatchObject({ ok: false, error: { extensions: { code: 'BAD_USER_INPUT', field } } });
    }
    expect(await admin.update({ expectedVersion, fromVersion: 999 })).toMatchObject({
      error: { extensions: { code: 'BAD_USER_INPUT', field: 'fromVersion' } },
    });
    expect(await admin.update({ expectedVersion, reason: ' ' })).toMatchObject({
      error: { extensions: { field: 'reason' } },
    });
    expect((await current()).version).toBe(expectedVersion);
  });

  it('is tried on what was decided, and says what would be different', async () => {
    await change({ fromVersion: 1 });
    const image = await untilDecided(
      uploader,
      (await sendFile(uploader, Buffer.concat([PNG, randomBytes(300)]), { name: 'b.png' })).id,
    );
    const text = await untilDecided(
      uploader,
      (await sendFile(uploader, Buffer.from('text'), { name: 'b.txt' })).id,
    );
    const none = await dryRun({ last: 2 });
    expect(none).toMatchObject({ examined: 2, different: [], undecidable: [] });
    const report = await dryRun({ policy: { deniedTypes: ['image/png'] }, last: 2 });
    expect(report.counts.toSorted((a, b) => (a.to ?? '').localeCompare(b.to ?? ''))).toEqual([
      { from: 'CLEAN', to: 'CLEAN', count: 1 },
      { from: 'CLEAN', to: 'REJECTED', count: 1 },
    ]);
    expect(report.different).toMatchObject([
      { file: { id: image.id }, from: 'CLEAN', to: 'REJECTED', reason: 'TYPE_NOT_ALLOWED' },
    ]);
    for (const { id } of [image, text]) expect(granted(await uploader.file(id))?.state).toBe('CLEAN');
    expect(codeOf(await admin.dryRun({ last: 1_001 }))).toBe('BAD_USER_INPUT');
  });

  it('says whether what no scanner takes whole is judged in segments, and the verdict says so', async () => {
    const decide = async (bytes: Buffer, name = 'big.png') => {
      const { id } = await untilDecided(uploader, (await sendFile(uploader, bytes, { name })).id);
      const shown = `query ($id: ID!) { answer: file(id: $id) { state verdict { reason coverage } } }`;
      return granted(
        await uploader.ask<{ state: string; verdict: { reason: string | null; coverage: string | null } }>(
          shown,
          { id },
        ),
      );
    };
    const image = Buffer.concat([PNG, randomBytes(3 * MIB)]);
    const limit = { state: 'UNSCANNABLE', verdict: { reason: 'SCANNER_LIMIT' } };
    await change({ fromVersion: 1 });
    expect(await decide(image)).toMatchObject(limit);
    await change({ rules: { oversize: 'OVERLAPPING_SEGMENTS' } });
    expect(await decide(image)).toEqual({ state: 'CLEAN', verdict: { reason: null, coverage: 'SEGMENTS' } });
    const infected = Buffer.concat([image.subarray(0, MIB - 30), EICAR, image.subarray(MIB)]);
    expect(await decide(infected)).toMatchObject({ state: 'INFECTED', verdict: { coverage: 'SEGMENTS' } });
    // Nobody knows whether it holds anything.
    expect(await decide(randomBytes(2 * MIB), 'big.bin')).toMatchObject(limit);
    expect(await decide(Buffer.concat([PNG, randomBytes(1_000)]))).toMatchObject({
      verdict: { coverage: 'WHOLE' },
    });
  });

  it('is seen and changed by whoever may, in their own tenant', async () => {
    const { version } = await current();
    expect(await current(await as('acme-analyst'))).toMatchObject({ version });
    for (const identity of ['acme-uploader', 'acme-viewer']) {
      const nobody = await as(identity);
      expect(codeOf(await nobody.current())).toBe('FORBIDDEN');
      expect(codeOf(await nobody.dryRun({}))).toBe('FORBIDDEN');
      expect(codeOf(await nobody.update({ expectedVersion: version }))).toBe('FORBIDDEN');
    }
    expect(codeOf(await (await as('acme-analyst')).update({ expectedVersion: version }))).toBe('FORBIDDEN');
    expect(await current(await as('globex-admin'))).toMatchObject({ version: 1 });
  });
});
