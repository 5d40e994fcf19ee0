import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from './start-error.js';

const KEY_BYTES = 32;
const VALID = /^[0-9a-f]{64}$/;

/** What is drawn at the first start and kept from then on; each 64 hexadecimal digits. */
export interface Secrets {
  readonly urlSigningKey: string;
  readonly postgresPassword: string;
  readonly redisPassword: string;
  readonly appPassword: string;
  readonly systemPassword: string;
}

/**
 * Reads the secrets of an installation, drawing those that are not there yet.
 *
 * @throws StartError when a file does not hold a key
 */
export async function loadSecrets(dataDirectory: string): Promise<Secrets> {
  const secret = (name: string): Promise<string> => readOrDraw(path.join(dataDirectory, 'keys', name));
  return {
    urlSigningKey: await secret('url-signing.hex'),
    postgresPassword: await secret('postgres-superuser.hex'),
    redisPassword: await secret('redis.hex'),
    appPassword: await secret('postgres-app.hex'),
    systemPassword: await secret('postgres-system.hex'),
  };
}

async function readOrDraw(file: string): Promise<string> {
  const found = await readFile(file, 'utf8').catch(() => null);
  if (found === null) {
    const drawn = randomBytes(KEY_BYTES).toString('hex');
    // Has its name only when it is whole: what a start that was cut off left is no key that anything was made with.
    await writeFile(`${file}.new`, drawn, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
    return drawn;
  }
  if (VALID.test(found.trim())) return found.trim();
  throw new StartError(`${file} does not hold a key of 64 hexadecimal digits: bring it back from a backup.`);
}
