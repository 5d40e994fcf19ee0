import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createStoreUser, radosgwAdmin, startRgw } from './rgw.js';
import type { S3Access } from './s3-access.js';
import type { TestServices } from './services.js';

/** A user of an S3 store whom nobody else is, so that his key may be taken away. */
export interface StoreAccount {
  readonly s3: S3Access;
  readonly removeKey: () => Promise<unknown>;
  /** Makes the key with this secret, or gives it this one. */
  readonly setSecret: (secretKey: string) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** Opens one on the store of the tests, or on one that is started for it where that is none of ours. */
export async function openStoreAccount(services: TestServices): Promise<StoreAccount> {
  const { s3, config, stop } = await storeToRule(services);
  const name = `own-${randomBytes(6).toString('hex')}`;
  const secretKey = randomBytes(16).toString('hex');
  await createStoreUser(config, name, [name, secretKey]);
  const key = [`--uid=${name}`, `--access-key=${name}`];
  return {
    s3: { ...s3, accessKey: name, secretKey },
    removeKey: () => radosgwAdmin(config, 'key', 'rm', ...key),
    setSecret: (secret) => radosgwAdmin(config, 'key', 'create', ...key, `--secret-key=${secret}`),
    stop,
  };
}

interface RuledStore {
  readonly s3: S3Access;
  readonly config: string;
  readonly stop: () => Promise<void>;
}

async function storeToRule({ s3, s3Config }: TestServices): Promise<RuledStore> {
  if (s3Config !== undefined) return { s3, config: s3Config, stop: () => Promise.resolve() };
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-store-'));
  const rgw = await startRgw(directory);
  const stop = async (): Promise<void> => {
    await rgw.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { s3: rgw, config: rgw.config, stop };
}
