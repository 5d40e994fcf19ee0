import { describe, expect, it } from 'vitest';
import { decide, type Evidence } from '../../../src/domain/decide.js';
import type { TenantPolicy } from '../../../src/domain/policy.js';
import { makeFile } from '../../support/make-file.js';

const HASH = 'a'.repeat(64);
const policy: TenantPolicy = {
  maxFileBytes: 100,
  maxBytesByType: { 'application/x-small': 9, 'video/*': 9 },
  quota: { bytes: 100, files: 1, uploads: 1 },
  deniedTypes: ['application/x-msdownload'],
  directTransfer: false,
};
const file = makeFile({ state: 'SCANNING', sizeBytes: 10, declaredSha256: HASH });
const proof: Evidence = {
  reply: { kind: 'ok' },
  sizeBytes: 10,
  sha256: HASH,
  detectedType: 'application/pdf',
  definitionsVersion: '27400',
};

describe('a verdict', () => {
  it('is CLEAN when everything was shown', () => {
    expect(decide(file, proof, policy)).toEqual({ outcome: 'CLEAN', reason: null, findings: [] });
  });

  it.each<[string, Partial<Evidence>, string, string]>([
    ['the scanner found something', { reply: { kind: 'found', signature: 'Eicar' } }, 'INFECTED', 'MALWARE'],
    ['a limit was passed', { reply: { kind: 'limit', detail: 'x' } }, 'UNSCANNABLE', 'SCANNER_LIMIT'],
    ['it is encrypted', { reply: { kind: 'encrypted', detail: 'x' } }, 'UNSCANNABLE', 'ENCRYPTED_ARCHIVE'],
    ['the definitions are unknown', { definitionsVersion: '' }, 'UNSCANNABLE', 'SCANNER_UNAVAILABLE'],
    ['a byte is missing', { sizeBytes: 9 }, 'UNSCANNABLE', 'INSPECTION_FAILED'],
    ['the hash is another', { sha256: 'b'.repeat(64) }, 'REJECTED', 'CHECKSUM_MISMATCH'],
    ['the type is denied', { detectedType: 'application/x-msdownload' }, 'REJECTED', 'TYPE_NOT_ALLOWED'],
    ['it is too large for what it is', { detectedType: 'application/x-small' }, 'REJECTED', 'TOO_LARGE'],
    ['it is too large for its class', { detectedType: 'video/mp4' }, 'REJECTED', 'TOO_LARGE'],
  ])('is not CLEAN when %s', (_what, change, outcome, reason) => {
    expect(decide(file, { ...proof, ...change }, policy)).toMatchObject({ outcome, reason });
  });

  it('says INFECTED even when the declared hash is wrong as well', () => {
    const evidence: Evidence = {
      ...proof,
      reply: { kind: 'found', signature: 'Eicar' },
      sha256: 'b'.repeat(64),
    };
    expect(decide(file, evidence, policy)).toMatchObject({ outcome: 'INFECTED' });
  });
});
