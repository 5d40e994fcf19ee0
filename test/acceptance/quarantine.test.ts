import { describe, expect, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient, type ApiOutcome } from '../support/api-client.js';
import { createQuarantineClient, type QuarantineClient } from '../support/quarantine-client.js';
import { openZip } from '../support/open-zip.js';
import type { Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import { EICAR, zipOf } from '../support/samples.js';
import { eventually, sendFile, sha256, untilDecided } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';
import { watchQuarantine } from '../support/watch-live.js';

const inMs = (durationMs: number): string => new Date(Date.now() + durationMs).toISOString();

let product: Product;
let uploader: ApiClient;
const as = async (identity: string): Promise<QuarantineClient> =>
  createQuarantineClient(createApiClient(product.url, await product.token(identity)));
let admin: QuarantineClient;
let anna: QuarantineClient;
let otto: QuarantineClient;
let foreign: QuarantineClient;

onSharedProduct(async (shared) => {
  product = shared;
  uploader = createApiClient(product.url, await product.token('acme-uploader'));
  [admin, anna, otto] = [await as('acme-admin'), await as('acme-analyst'), await as('acme-analyst-2')];
  foreign = await as('globex-admin');
});

/** Uploads something infected, and waits until its content is in the quarantine. */
async function quarantined(bytes: Buffer, name = 'invoice.zip'): Promise<string> {
  const { id } = await untilDecided(uploader, (await sendFile(uploader, bytes, { name })).id);
  await eventually(
    async () => granted(await anna.entry(id)),
    (entry) => entry?.content === 'HELD',
  );
  return id;
}

const infected = (seed: string): Promise<Buffer> => zipOf(`${seed}.com`, EICAR);
const refused = (outcome: ApiOutcome<unknown>, code: string): void => {
  expect(codeOf(outcome)).toBe(code);
};
const statusOf = (url: string): Promise<number> =>
  fetch(url).then(async (answer) => {
    await answer.arrayBuffer();
    return answer.status;
  });

describe('infected content', () => {
  it('is listed with its findings, released by two people for a while, and then out of reach again', async () => {
    const bytes = await infected('false-positive');
    const fileId = await quarantined(bytes);
    const page = granted(await anna.list({ filter: { nameContains: 'INVOICE', findingContains: 'eicar' } }));
    expect(page.edges.map(({ node }) => node.file.id)).toContain(fileId);
    expect(page.edges[0]?.node.file.verdict.findings[0]?.detail).toMatch(/eicar/i);

    const reason = 'The vendor confirmed a false positive.';
    const asked = granted(await anna.request({ fileId, reason, expiresAt: inMs(8_000) })).release;
    expect(asked).toMatchObject({ status: 'REQUESTED', inForce: false, requestedBy: 'acme-analyst', reason });
    refused(await anna.approve({ releaseId: asked.id }), 'FORBIDDEN');
    refused(await anna.refuse({ releaseId: asked.id, reason: 'Mine.' }), 'FORBIDDEN');
    refused(await otto.request({ fileId, reason, expiresAt: inMs(8_000) }), 'CONFLICT');
    refused(await anna.api.createDownloadUrl({ fileId }), 'FILE_NOT_AVAILABLE');

    const approved = granted(await otto.approve({ releaseId: asked.id, reason: 'Seen the report.' })).release;
    expect(approved).toMatchObject({ status: 'APPROVED', inForce: true, decidedBy: 'acme-analyst-2' });
    const { url } = granted(await anna.api.createDownloadUrl({ fileId }));
    const answer = await fetch(url);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(bytes));
    const part = await fetch(url, { headers: { range: 'bytes=0-3' } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(0, 4)]);
    const seen = granted(await anna.api.file(fileId));
    expect([seen?.state, seen?.downloadable]).toEqual(['INFECTED', false]);
    for (const nobody of [uploader, createApiClient(product.url, await product.token('acme-viewer'))]) {
      refused(await nobody.createDownloadUrl({ fileId }), 'FILE_NOT_AVAILABLE');
    }

    await eventually(
      async () => codeOf(await anna.api.createDownloadUrl({ fileId })),
      (code) => code === 'FILE_NOT_AVAILABLE',
    );
    expect(await statusOf(url)).toBe(403);
    const ended = await eventually(
      async () => granted(await anna.entry(fileId))?.release,
      (release) => release?.status === 'ENDED',
    );
    expect(ended).toMatchObject({ endCause: 'EXPIRED', endedBy: 'system:sweeper', inForce: false });
    const history = granted(await anna.entry(fileId))?.history.map(
      ({ kind, subject }) => `${kind} ${subject}`,
    );
    expect(history).toEqual([
      'QUARANTINED system:inspection',
      'RELEASE_REQUESTED acme-analyst',
      'RELEASE_APPROVED acme-analyst-2',
      'RELEASED_DOWNLOAD acme-analyst',
      'RELEASED_DOWNLOAD acme-analyst',
      'RELEASE_ENDED system:sweeper',
    ]);
  });

  it.each(['ws', 'sse'] as const)('is told of live over %s, to those who may know', async (transport) => {
    const source = { transport, url: product.url, token: otto.api.token };
    const live = watchQuarantine(source);
    const nobody = watchQuarantine({ ...source, token: uploader.token });
    await expect(nobody.done).rejects.toThrow();
    // Whatever comes after the subscription stands; before that nobody knows when it does.
    const asked = await eventually(
      async () => {
        const fileId = await quarantined(await infected(`live-${transport}-${String(Date.now())}`));
        granted(await anna.request({ fileId, reason: 'Watched.', expiresAt: inMs(600_000) }));
        return fileId;
      },
      (fileId) => live.items.some((item) => item.fileId === fileId),
    );
    const { cursor } = await live.until(({ fileId, kind }) => fileId === asked && kind === 'QUARANTINED');
    const next = await live.until(({ fileId, kind }) => fileId === asked && kind === 'RELEASE_REQUESTED');
    expect(next.subject).toBe('acme-analyst');
    live.stop();
    const again = watchQuarantine(source, { after: cursor });
    expect((await again.until(() => true)).cursor).toBe(next.cursor);
    again.stop();
  });

  it('is counted for operators, with the releases that somebody has to decide over', async () => {
    const fileId = await quarantined(await infected('counted'));
    granted(await anna.request({ fileId, reason: 'Counted.', expiresAt: inMs(600_000) }));
    const seen = await eventually(
      () => readMetrics(product.workerMetricsUrl),
      (metrics) => (metrics.valueOf('open_releases', { status: 'REQUESTED' }) ?? 0) >= 1,
    );
    expect(seen.valueOf('quarantined_files')).toBeGreaterThanOrEqual(1);
    expect(seen.valueOf('open_releases', { status: 'APPROVED' })).toBeDefined();
  });

  it('is not let out by an administrator alone either', async () => {
    const fileId = await quarantined(await infected('admin'));
    const asked = granted(await admin.request({ fileId, reason: 'I need it.', expiresAt: inMs(600_000) }));
    const { id: releaseId } = asked.release;
    refused(await admin.approve({ releaseId }), 'FORBIDDEN');
    refused(await admin.api.createDownloadUrl({ fileId }), 'FILE_NOT_AVAILABLE');
    refused(await admin.forensic({ fileId }), 'FORBIDDEN');
    expect(granted(await anna.refuse({ releaseId, reason: 'No case number.' })).release).toMatchObject({
      status: 'REFUSED',
      decidedBy: 'acme-analyst',
      decisionReason: 'No case number.',
    });
    refused(await otto.approve({ releaseId }), 'CONFLICT');
    refused(await admin.api.createDownloadUrl({ fileId }), 'FILE_NOT_AVAILABLE');
  });

  it.each(['ZIP_CRYPTO', 'AES_256'])(
    'comes to whoever examines it in a zip locked with %s',
    async (encryption) => {
      const bytes = await infected(`forensic-${encryption}`);
      const fileId = await quarantined(bytes);
      const { url, password } = granted(await anna.forensic({ fileId, encryption }));
      const packed = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect(packed.includes(EICAR)).toBe(false);
      const [member, ...others] = await openZip(packed, password);
      expect([member?.name, others]).toEqual([sha256(bytes), []]);
      expect(member?.bytes).toEqual(bytes);
      await expect(openZip(packed, 'another')).rejects.toThrow();
      expect(granted(await anna.entry(fileId))?.history.at(-1)?.kind).toBe('FORENSIC_DOWNLOAD');
      expect(await statusOf(url.replace('/forensic/', '/released/'))).toBe(403);
    },
  );

  it('does not exist for others: by role nothing of it is shown, by tenant not even that it is there', async () => {
    const fileId = await quarantined(await infected('others'));
    const asked = granted(await anna.request({ fileId, reason: 'For a test.', expiresAt: inMs(600_000) }));
    const { id: releaseId } = asked.release;
    for (const identity of ['acme-viewer', 'acme-uploader']) {
      const nobody = await as(identity);
      refused(await nobody.list({}), 'FORBIDDEN');
      refused(await nobody.entry(fileId), 'FORBIDDEN');
      refused(await nobody.request({ fileId, reason: 'x', expiresAt: inMs(60_000) }), 'FORBIDDEN');
      refused(await nobody.approve({ releaseId }), 'FORBIDDEN');
      refused(await nobody.forensic({ fileId }), 'FORBIDDEN');
    }
    expect(granted(await foreign.list({})).edges).toEqual([]);
    expect(granted(await foreign.entry(fileId))).toBeNull();
    const unknown = '01900000-0000-7000-8000-000000000000';
    for (const id of [fileId, unknown]) {
      const wish = { fileId: id, reason: 'Mine?', expiresAt: inMs(60_000) };
      expect(await foreign.request(wish)).toMatchObject({
        ok: false,
        error: { message: 'There is nothing with this id.', extensions: { code: 'NOT_FOUND' } },
      });
      refused(await foreign.api.createDownloadUrl({ fileId: id }), 'NOT_FOUND');
    }
    for (const id of [releaseId, unknown]) {
      refused(await foreign.approve({ releaseId: id }), 'NOT_FOUND');
      refused(await foreign.end({ releaseId: id, reason: 'x' }), 'NOT_FOUND');
    }
    expect(granted(await otto.end({ releaseId, reason: 'Not needed.' })).release.status).toBe('ENDED');
  });

  it('is gone when the file is deleted, and its release with it', async () => {
    const fileId = await quarantined(await infected('deleted'));
    const asked = granted(await anna.request({ fileId, reason: 'For a test.', expiresAt: inMs(600_000) }));
    granted(await otto.approve({ releaseId: asked.release.id }));
    const { url } = granted(await anna.api.createDownloadUrl({ fileId }));
    const forensic = granted(await anna.forensic({ fileId })).url;
    granted(await admin.api.deleteFile({ fileId }));
    expect([await statusOf(url), await statusOf(forensic)]).toEqual([409, 409]);
    const entry = await eventually(
      async () => granted(await anna.entry(fileId)),
      (seen) => seen?.content === 'REMOVED',
    );
    expect(entry).toMatchObject({
      removalCause: 'DELETED',
      release: { status: 'ENDED', endCause: 'REMOVED' },
    });
  });
});
