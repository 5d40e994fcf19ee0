import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createS3Store } from '../../src/adapters/s3/s3-store.js';
import { startRgw, type Rgw } from './rgw.js';
import { bodyOf } from './test-bytes.js';

/**
 * Lets a real store apply the lifecycle rule that the product sets: it needs a gateway of its own, for which a day lasts a
 * second, because the store then ages what is in all buckets. By hand: `npx tsx test/support/see-lifecycle.ts`.
 */
const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-lifecycle-'));
const rgw = await startRgw(directory);
try {
  const [old, young] = [await openUpload(rgw, 'old', 1), await openUpload(rgw, 'young', 300)];
  await sleep(2_000);
  await promisify(execFile)('radosgw-admin', [
    ...['-c', path.join(directory, 'ceph.conf'), '-n', 'client.rgw.a'],
    ...['lc', 'process', '--rgw-lc-debug-interval=1'],
  ]);
  await assert.rejects(old, /NoSuchUpload/);
  await young();
  console.log('The upload that was older than its rule is gone, and takes no part; the other one goes on.');
} finally {
  await rgw.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Opens an upload with one part. @returns what sends the next one */
async function openUpload(
  { ingest: _ingest, ...access }: Rgw,
  bucketPrefix: string,
  leftoverDays: number,
): Promise<() => Promise<unknown>> {
  const store = await createS3Store({
    ...access,
    endpoint: new URL(access.endpoint),
    bucketPrefix,
    housekeeping: {
      leftoverDays,
      browserOrigins: ['https://app.example'],
      report: (text) => console.log(text),
    },
  });
  const upload = await store.beginUpload('tenant/file');
  const send = (partNumber: number): Promise<unknown> =>
    store.putPart(upload, partNumber, 10, bodyOf(10, 'x'));
  await send(1);
  return () => send(2);
}
