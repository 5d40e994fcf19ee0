import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'minio';
import { afterEach, expect, inject, it } from 'vitest';
import { createS3Store } from '../../src/adapters/s3/s3-store.js';
import type { ExpectedStore, StoreRegistry } from '../../src/ports/store-identity.js';
import { recogniseStore } from '../../src/usecases/recognise-store.js';

const { endpoint, accessKey, secretKey, region } = inject('services').s3;
const { hostname: endPoint, port } = new URL(endpoint);
const client = new Client({ endPoint, port: Number(port), useSSL: false, accessKey, secretKey, region });

const prefixes: string[] = [];
const freshPrefix = (): string => {
  const prefix = `refused-${randomBytes(6).toString('hex')}`;
  prefixes.push(prefix);
  return prefix;
};
const bucketsOf = async (prefix: string): Promise<string[]> =>
  (await client.listBuckets()).map(({ name }) => name).filter((name) => name.startsWith(`${prefix}-`));

afterEach(async () => {
  for (const prefix of prefixes.splice(0)) {
    for (const bucket of await bucketsOf(prefix)) {
      await client.removeObject(bucket, '.store-id');
      await client.removeBucket(bucket);
    }
  }
});

/** A database that remembers one store. */
function createRegistry(): StoreRegistry {
  let known: ExpectedStore | undefined;
  return {
    expected: async () => known,
    propose: async (id) => (known ??= { id, isSettled: false }),
    settle: async (id) => void (known = { id, isSettled: true }),
  };
}

const start = (registry: StoreRegistry, bucketPrefix: string) =>
  createS3Store({
    ...{ endpoint: new URL(endpoint), accessKey, secretKey, region, bucketPrefix },
    recognise: (store) => recogniseStore({ store, registry, newId: randomUUID }),
  });

it('a first start makes the buckets, and one under another name is refused and makes none', async () => {
  const registry = createRegistry();
  const [right, wrong] = [freshPrefix(), freshPrefix()];
  await (await start(registry, right)).check();
  expect(await bucketsOf(right)).toHaveLength(3);
  await expect(start(registry, wrong)).rejects.toThrow(`s3://${wrong}-vault/.store-id`);
  expect(await bucketsOf(wrong)).toEqual([]);
});

it('a bucket that is missing in the right store is made anew', async () => {
  const registry = createRegistry();
  const prefix = freshPrefix();
  await start(registry, prefix);
  await client.removeBucket(`${prefix}-quarantine`);
  await (await start(registry, prefix)).check();
  expect(await bucketsOf(prefix)).toHaveLength(3);
});

it('the store of another database keeps what buckets it has', async () => {
  const prefix = freshPrefix();
  await start(createRegistry(), prefix);
  await client.removeBucket(`${prefix}-ingest`);
  await expect(start(createRegistry(), prefix)).rejects.toThrow('belongs to another database');
  expect(await bucketsOf(prefix)).toHaveLength(2);
});
