import { describe, expect, it } from 'vitest';
import { decide, type Evidence } from '../../../src/domain/decide.js';
import { FIRST_RULES, type TenantPolicy } from '../../../src/domain/policy.js';
import { makeFile } from '../../support/make-file.js';

const HASH = 'a'.repeat(64);
const policy: TenantPolicy = {
  ...FIRST_RULES,
  ceilingBytes: 1e12,
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

  const withFindings = (...codes: readonly string[]): Evidence => ({
    ...proof,
    structure: { findings: codes.map((code) => ({ code, detail: null, path: null })), contentType: null },
  });

  it.each<[string, readonly string[], string, string | null]>([
    ['nothing worse than what is ordinary', ['ARCHIVE_LINK', 'EXECUTABLE'], 'CLEAN', null],
    [
      'the worst of several',
      ['PDF_LAUNCH', 'ARCHIVE_ENCRYPTED', 'POLYGLOT'],
      'UNSCANNABLE',
      'ARCHIVE_ENCRYPTED',
    ],
    ['the first of equals', ['XML_ENTITY', 'PDF_LAUNCH', 'POLYGLOT'], 'REJECTED', 'PDF_LAUNCH'],
    ['one that nobody knows', ['NEVER_HEARD_OF'], 'UNSCANNABLE', 'INSPECTION_FAILED'],
  ])('over findings follows %s, and lists all of them', (_what, codes, outcome, reason) => {
    const decision = decide(file, withFindings(...codes), policy);
    expect(decision).toMatchObject({ outcome, reason });
    expect(decision.findings.map(({ code }) => code)).toEqual(codes);
  });

  it('of the scanner is never made milder by a finding', () => {
    const infected = {
      ...withFindings('OFFICE_MACRO'),
      reply: { kind: 'found', signature: 'Eicar' },
    } as const;
    expect(decide(file, infected, policy)).toMatchObject({ outcome: 'INFECTED', reason: 'MALWARE' });
    const encrypted = { ...withFindings('OFFICE_MACRO'), reply: { kind: 'encrypted', detail: 'x' } } as const;
    const decision = decide(file, encrypted, policy);
    expect(decision).toMatchObject({ outcome: 'UNSCANNABLE', reason: 'ENCRYPTED_ARCHIVE' });
    expect(decision.findings.map(({ code }) => code)).toEqual(['ENCRYPTED_ARCHIVE', 'OFFICE_MACRO']);
  });

  it('refuses a denied type also where only the content of a container shows it', () => {
    const structure = { findings: [], contentType: 'application/x-msdownload' };
    expect(decide(file, { ...proof, structure }, policy)).toMatchObject({ reason: 'TYPE_NOT_ALLOWED' });
  });
});

describe('a verdict over what was scanned in segments', () => {
  const judge = (
    change: Partial<Evidence>,
    oversize = 'OVERLAPPING_SEGMENTS' as TenantPolicy['oversize'],
  ) => {
    const evidence: Evidence = { ...proof, coverage: 'SEGMENTS', ...change };
    return decide(file, evidence, { ...policy, maxBytesByType: {}, deniedTypes: [], oversize });
  };
  const looksLike = (contentType: string | null): Partial<Evidence> => ({
    structure: { findings: [], contentType },
  });

  it.each(['video/mp4', 'audio/mpeg', 'image/png', 'text/plain'])('is CLEAN for %s', (detectedType) => {
    expect(judge({ detectedType })).toMatchObject({ outcome: 'CLEAN' });
    expect(judge({ detectedType, ...looksLike(detectedType) })).toMatchObject({ outcome: 'CLEAN' });
    expect(judge({ detectedType: null, ...looksLike(detectedType) })).toMatchObject({ outcome: 'CLEAN' });
  });

  it.each<[string, Partial<Evidence>]>([
    ['an archive', { detectedType: 'application/zip' }],
    ['a document', { detectedType: 'application/pdf' }],
    ['markup', { detectedType: 'text/html' }],
    ['a drawing', { detectedType: 'image/svg+xml' }],
    ['bytes of no known kind', { detectedType: null }],
    ['bytes of no known kind to the analysis either', { detectedType: null, ...looksLike(null) }],
    [
      'a container under a harmless beginning',
      { detectedType: 'video/mp4', ...looksLike('application/zip') },
    ],
    ['a harmless core in a container', { detectedType: 'application/zip', ...looksLike('video/mp4') }],
  ])('is never CLEAN for %s', (_, change) => {
    expect(judge(change)).toMatchObject({ outcome: 'UNSCANNABLE', reason: 'SCANNER_LIMIT' });
  });

  it('is not CLEAN where the tenant does not want it by now', () => {
    expect(judge({ detectedType: 'video/mp4' }, 'UNSCANNABLE')).toMatchObject({ reason: 'SCANNER_LIMIT' });
  });

  it('follows what the scanner said in one of them', () => {
    const reply = { kind: 'found', signature: 'Eicar' } as const;
    expect(judge({ detectedType: 'video/mp4', reply })).toMatchObject({ outcome: 'INFECTED' });
  });
});
