import path from 'node:path';
import { expect, it } from 'vitest';
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
