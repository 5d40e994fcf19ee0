import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';

const keySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
  kid: z.string(),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

const keysSchema = z.object({ keys: z.array(keySchema).min(1) });

/** Private keys that the development issuer signs with. */
export type SigningKeys = z.output<typeof keysSchema>;

/**
 * Reads the keys of the development issuer, and makes them at the first start. Several processes may start
 * at once: the first file wins, and all of them use it.
 *
 * @param file - absolute path; made with mode 0600 in a directory of mode 0700
 * @throws Error when the file is there and is not what it should be
 */
export async function loadSigningKeys(file: string): Promise<SigningKeys> {
  const existing = await read(file);
  if (existing) return existing;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await createOnce(file, JSON.stringify({ keys: [await generateKey()] }));
  const created = await read(file);
  if (!created) throw new Error(`The keys of the development issuer vanished: ${file}`);
  return created;
}

async function read(file: string): Promise<SigningKeys | undefined> {
  try {
    return keysSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(`${file} does not hold the keys of the development issuer: remove it to make new ones.`, {
      cause: error,
    });
  }
}

async function generateKey(): Promise<unknown> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: randomUUID() };
}

/** A hard link appears whole or not at all, and never replaces what is there. */
async function createOnce(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await using handle = await open(draft, 'wx', 0o600);
    await handle.writeFile(content);
    await handle.sync();
    await link(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;
