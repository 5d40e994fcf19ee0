import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import { PermanentError } from '../../domain/errors.js';

/** Keys that are remembered; whoever changes the key every month has them for eight years. */
const MAX_KEYS = 100;

const base64url = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const keySchema = z
  .object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64url, d: base64url.optional() })
  .refine(isPair);
const signingKeySchema = keySchema.refine(({ d }) => d !== undefined);
const fileSchema = z.object({
  keys: z
    .tuple([signingKeySchema], keySchema)
    .refine((keys) => keys.length <= MAX_KEYS && new Set(keys.map(({ x }) => x)).size === keys.length),
});

/** A JWK Set: the first key signs, the others are retired and need no private half any more. */
export type ReceiptKeyFile = z.output<typeof fileSchema>;

/** Where the keys are, and whether they may be made there. */
export interface ReceiptKeysOptions {
  /** Absolute. */
  readonly file: string;
  /** Makes a key, mode 0600, where there is no file; else a missing file is an error. */
  readonly mayCreate: boolean;
}

/**
 * Reads the keys that receipts are signed with. Several processes may start at once: the first file wins, and all
 * of them use it.
 *
 * @throws PermanentError when the file is missing or is not what it should be; the message never shows its content
 * @see https://www.rfc-editor.org/rfc/rfc8037
 */
export async function loadReceiptKeys({ file, mayCreate }: ReceiptKeysOptions): Promise<ReceiptKeyFile> {
  const existing = await read(file);
  if (existing) return existing;
  if (!mayCreate) throw broken(`There is no ${file}: make a key as docs/receipts.md says`);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  await createOnce(file, JSON.stringify({ keys: [await exportJWK(privateKey)] }));
  const created = await read(file);
  if (!created) throw broken(`The file ${file} vanished`);
  return created;
}

async function read(file: string): Promise<ReceiptKeyFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw broken(`The file ${file} cannot be read`, error);
  }
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw broken(`${file} is no JWK Set of Ed25519 keys whose first one is private: see docs/receipts.md`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A private half that belongs to another public one would sign what nobody can verify. */
function isPair({ x, d }: { readonly x: string; readonly d?: string | undefined }): boolean {
  if (d === undefined) return true;
  try {
    const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' });
    return createPublicKey(key).export({ format: 'jwk' }).x === x;
  } catch {
    return false;
  }
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

const broken = (message: string, cause?: unknown): PermanentError =>
  new PermanentError('receipt-keys', `LAZARET_RECEIPT_KEY_FILE: ${message}.`, { cause });

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;
