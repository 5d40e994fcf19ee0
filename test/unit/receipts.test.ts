import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type JWK,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf, judge } from '../../cli/receipt/judge.js';
import { openReceipt } from '../../cli/receipt/open-receipt.js';
import { loadReceiptKeys } from '../../src/adapters/signing/receipt-keys-file.js';
import { createReceiptSigner } from '../../src/adapters/signing/receipt-signer.js';
import type { Examination } from '../../src/domain/examination.js';
import { receiptOf, type ReceiptClaims } from '../../src/domain/receipt.js';
import type { Verdict } from '../../src/domain/verdict.js';
import type { ReceiptSigner } from '../../src/ports/receipt-signer.js';
import { makeFile } from '../support/make-file.js';

const BYTES = Buffer.from('what was inspected');
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const MEASURE = { sizeBytes: BYTES.length, sha256: SHA256 };
const verdict: Verdict = {
  outcome: 'INFECTED',
  reason: 'MALWARE',
  findings: [{ code: 'MALWARE', detail: 'Test', path: null }],
  engine: 'ClamAV 1.4.3',
  definitionsVersion: '27400',
  policyVersion: 'sha256:0',
  scannedBytes: BYTES.length,
  decidedAt: new Date('2026-01-01T00:00:00.123Z'),
};
const examination: Examination = {
  engine: 'ClamAV 1.4.3',
  definitionsVersion: '27400',
  examinedAt: verdict.decidedAt,
  isPending: false,
};
const file = makeFile({ state: 'INFECTED', sizeBytes: BYTES.length, sha256: SHA256, verdict });

let directory: string;
let signer: ReceiptSigner;
let claims: ReceiptClaims;
let jws: string;
let jwks: { keys: JWK[] };
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-receipts-'));
  signer = await createReceiptSigner(await loadReceiptKeys({ file: keyFile('main'), mayCreate: true }));
  claims = receiptOf(file, 'https://files.example', examination) ?? expect.fail('There is a verdict.');
  jws = await signer.sign(claims);
  jwks = { keys: signer.publicKeys.map((key) => ({ ...key })) };
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const keyFile = (name: string): string => path.join(directory, `${name}.json`);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const codeFor = async (receipt: string, measure = MEASURE, keys: unknown = jwks): Promise<number> =>
  exitCodeOf(judge(await openReceipt(receipt, keys), measure));
const signed = async (payload: unknown, header: object): Promise<string> => {
  const { keys } = JSON.parse(await readFile(keyFile('main'), 'utf8')) as { keys: [JWK] };
  const text = new TextEncoder().encode(JSON.stringify(payload));
  const key = await importJWK(keys[0], 'EdDSA');
  return new CompactSign(text).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(key);
};

describe('a receipt', () => {
  it('proves the verdict of exactly its file', async () => {
    expect(await openReceipt(jws, jwks)).toEqual({ ok: true, claims, kid: signer.publicKeys[0]?.kid });
    expect(await codeFor(jws)).toBe(2);
    expect(await codeFor(await signer.sign({ ...claims, verdict: 'CLEAN' }))).toBe(0);
    expect(await codeFor(await signer.sign({ ...claims, verdict: 'REJECTED' }))).toBe(3);
    expect(await codeFor(await signer.sign({ ...claims, verdict: 'UNSCANNABLE' }))).toBe(4);
  });

  it('is the same every time, and there is none before the verdict', async () => {
    expect(await signer.sign(receiptOf(file, 'https://files.example', examination) ?? claims)).toBe(jws);
    expect(receiptOf(makeFile(), 'https://files.example', undefined)).toBeUndefined();
  });

  it('proves nothing once any of its claims was changed', async () => {
    const [header = '', , signature = ''] = jws.split('.');
    expect(Object.keys(claims)).toHaveLength(16);
    for (const name of Object.keys(claims)) {
      const altered = encode({ ...claims, [name]: name === 'verdict' ? 'CLEAN' : 'other' });
      expect(await codeFor(`${header}.${altered}.${signature}`), name).toBe(6);
    }
  });

  it('proves nothing without a signature of its own key and kind', async () => {
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const kid = signer.publicKeys[0]?.kid ?? '';
    const typ = 'lazaret-receipt+jws';
    expect(await codeFor(`${encode({ alg: 'none', typ, kid })}.${payload}.`), 'none, empty').toBe(6);
    expect(await codeFor(`${encode({ alg: 'none', typ, kid })}.${payload}.${signature}`), 'none').toBe(6);
    const publicBytes = new TextEncoder().encode(JSON.stringify(jwks.keys[0]));
    for (const secret of [publicBytes, Buffer.from(jwks.keys[0]?.x ?? '', 'base64url')]) {
      const forged = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'HS256', typ, kid })
        .sign(secret);
      expect(await codeFor(forged), 'HS256 with the public key').toBe(6);
    }
    const stranger = await generateKeyPair('EdDSA', { extractable: true });
    const text = new TextEncoder().encode(JSON.stringify(claims));
    const jwk = await exportJWK(stranger.publicKey);
    for (const head of [{ kid }, { kid: await calculateJwkThumbprint(jwk) }, { jwk, kid }]) {
      const header = { alg: 'EdDSA', typ, ...head };
      const forged = await new CompactSign(text).setProtectedHeader(header).sign(stranger.privateKey);
      expect(await codeFor(forged), 'another key').toBe(6);
    }
    expect(await codeFor(await signed(claims, { kid, typ: 'at+jwt' })), 'another type').toBe(6);
    expect(await codeFor(await signed(claims, { kid })), 'no type').toBe(6);
    expect(await codeFor(await signed({ ...claims, size: -1 }, { kid, typ })), 'impossible claim').toBe(6);
    expect(await codeFor(await signed({ sub: 'x' }, { kid, typ })), 'missing claims').toBe(6);
    expect(await codeFor(`${header}.${payload}`), 'no signature').toBe(6);
  });

  it('proves nothing when it was cut off, wherever', async () => {
    for (let length = 0; length < jws.length; length += 7) {
      expect(await codeFor(jws.slice(0, length)), String(length)).toBe(6);
    }
    expect(await codeFor(jws.slice(0, -1))).toBe(6);
  });

  it('is for no other file, and for none where it names no hash', async () => {
    expect(await codeFor(jws, { ...MEASURE, sha256: 'a'.repeat(64) })).toBe(7);
    expect(await codeFor(jws, { ...MEASURE, sizeBytes: 1 })).toBe(7);
    expect(await codeFor(await signer.sign({ ...claims, sha256: null }))).toBe(7);
  });

  it.each([[null], [{}], [{ keys: [] }], [{ keys: [{ kty: 'oct', k: 'AAAA' }] }], ['text']])(
    'proves nothing with %j for keys',
    async (keys) => {
      expect(await codeFor(jws, MEASURE, keys)).toBe(6);
    },
  );
});

describe('the keys of receipts', () => {
  it('are made once, for their owner alone, and named by their thumbprint', async () => {
    const options = { file: path.join(directory, 'new', 'receipts.json'), mayCreate: true };
    const made = await Promise.all([1, 2, 3].map(() => loadReceiptKeys(options)));
    expect(new Set(made.map(({ keys: [first] }) => first.x)).size).toBe(1);
    expect((await stat(options.file)).mode & 0o777).toBe(0o600);
    const [key] = signer.publicKeys;
    expect(key?.kid).toBe(await calculateJwkThumbprint(key ?? {}));
    expect(JSON.stringify(jwks)).not.toContain('"d"');
  });

  it('verify old receipts after a change of key, also without the old private half', async () => {
    const [old] = (await loadReceiptKeys({ file: keyFile('main'), mayCreate: false })).keys;
    const [next] = (await loadReceiptKeys({ file: keyFile('next'), mayCreate: true })).keys;
    const { d: _retired, ...oldPublic } = old;
    await writeFile(keyFile('both'), JSON.stringify({ keys: [next, oldPublic] }));
    const rotated = await createReceiptSigner(
      await loadReceiptKeys({ file: keyFile('both'), mayCreate: false }),
    );
    const published = { keys: rotated.publicKeys };
    expect(await codeFor(jws, MEASURE, published)).toBe(2);
    expect(await codeFor(await rotated.sign(claims), MEASURE, published)).toBe(2);
    expect(await codeFor(await rotated.sign(claims), MEASURE, jwks), 'keys from before').toBe(6);
  });

  it('are refused by name, and never shown, where they cannot sign', async () => {
    const [good] = (await loadReceiptKeys({ file: keyFile('main'), mayCreate: false })).keys;
    const [other] = (await loadReceiptKeys({ file: keyFile('other'), mayCreate: true })).keys;
    const wrong = ['', '{}', '{"keys":[]}', JSON.stringify({ keys: [{ ...good, d: undefined }] })];
    wrong.push(JSON.stringify({ keys: [{ ...good, d: other.d }] }), JSON.stringify({ keys: [good, good] }));
    for (const content of wrong) {
      await writeFile(keyFile('wrong'), content);
      const refusal = await loadReceiptKeys({ file: keyFile('wrong'), mayCreate: true }).catch(String);
      expect(refusal).toContain('LAZARET_RECEIPT_KEY_FILE');
      expect(refusal).not.toContain(other.d);
    }
    await expect(loadReceiptKeys({ file: keyFile('absent'), mayCreate: false })).rejects.toThrow(
      'There is no',
    );
  });
});
