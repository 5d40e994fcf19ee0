import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { environmentOf } from '../../../launch/processes.js';
import { readSettings } from '../../../launch/settings.js';

const secrets = {
  urlSigningKey: 'a'.repeat(64),
  postgresPassword: '',
  redisPassword: '',
  appPassword: '',
  systemPassword: '',
};
const services = { appUrl: '', systemUrl: '', redisUrl: '', clamdAddresses: '' };

const pathsFor = (env: NodeJS.ProcessEnv): (string | undefined)[] => {
  const found = environmentOf(readSettings(env), secrets, services);
  return [found['LAZARET_DATA_DIR'], found['LAZARET_RECEIPT_KEY_FILE']];
};

it('hands on paths as whoever gave them means them, for the processes work in the data directory', () => {
  expect(pathsFor({ LAZARET_DATA_DIR: 'data', LAZARET_RECEIPT_KEY_FILE: 'receipts.json' })).toEqual([
    path.resolve('data'),
    path.resolve('receipts.json'),
  ]);
  expect(pathsFor({ LAZARET_DATA_DIR: 'data' })[1]).toBeUndefined();
});

it('keeps from the processes what nothing reads, for the launcher has told of it', () => {
  vi.stubEnv('LAZARET_PROT', '4100');
  vi.stubEnv('LAZARET_LOG_LEVEL', 'debug');
  const found = environmentOf(readSettings({}), secrets, services);
  vi.unstubAllEnvs();
  expect(found).toMatchObject({ LAZARET_LOG_LEVEL: 'debug' });
  expect(found).not.toHaveProperty('LAZARET_PROT');
});
