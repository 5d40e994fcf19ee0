import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScanReply } from '../../../src/adapters/clamav/reply.js';
import { parseVersion } from '../../../src/adapters/clamav/version.js';
import { TransientError } from '../../../src/domain/errors.js';

describe('a reply of clamd', () => {
  it('is ok only when it is exactly that', () => {
    expect(parseScanReply('stream: OK')).toEqual({ kind: 'ok' });
    const near = fc.constantFrom(
      'stream: OK',
      'stream: ',
      'OK',
      ' ',
      '\n',
      '\0',
      'FOUND',
      'ERROR',
      '1: ',
      'ok',
    );
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(near).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (reply) => {
        fc.pre(reply !== 'stream: OK');
        try {
          expect(parseScanReply(reply).kind).not.toBe('ok');
        } catch (error) {
          expect(error).toBeInstanceOf(TransientError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['stream: Win.Test.EICAR_HDB-1 FOUND', { kind: 'found', signature: 'Win.Test.EICAR_HDB-1' }],
    ['stream: YARA.a rule.UNOFFICIAL FOUND', { kind: 'found', signature: 'YARA.a rule.UNOFFICIAL' }],
    [
      'stream: Heuristics.Broken.Executable FOUND',
      { kind: 'found', signature: 'Heuristics.Broken.Executable' },
    ],
    [
      'stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND',
      { kind: 'limit', detail: 'Heuristics.Limits.Exceeded.MaxFileSize' },
    ],
    ['stream: Heuristics.Encrypted.Zip FOUND', { kind: 'encrypted', detail: 'Heuristics.Encrypted.Zip' }],
    ['INSTREAM size limit exceeded. ERROR', { kind: 'limit', detail: 'INSTREAM size limit exceeded. ERROR' }],
  ])('reads %j', (text, reply) => {
    expect(parseScanReply(text)).toEqual(reply);
  });

  it.each([
    '',
    'stream: ',
    'stream: OK ',
    'stream: OK\n',
    ' stream: OK',
    'stream: ok',
    'other: OK',
    'stream: OK\0stream: OK',
    'stream: FOUND',
    'stream:  FOUND',
    'stream: A\0B FOUND',
    `stream: ${'x'.repeat(600)} FOUND`,
    'stream: Eicar found',
    "stream: Can't allocate memory ERROR",
    'COMMAND READ TIMED OUT',
    'UNKNOWN COMMAND',
  ])('is none when it is %j', (text) => {
    expect(() => parseScanReply(text)).toThrow(TransientError);
  });
});

describe('the version of clamd', () => {
  it('names engine, definitions and their date', () => {
    expect(parseVersion('ClamAV 1.4.6/27400/Mon Nov  2 09:10:11 2026')).toEqual({
      engine: 'ClamAV 1.4.6',
      definitionsVersion: '27400',
      definitionsBuiltAt: new Date('2026-11-02T09:10:11Z'),
    });
  });

  it('calls definitions without a number local', () => {
    expect(parseVersion('ClamAV 1.4.6')).toEqual({
      engine: 'ClamAV 1.4.6',
      definitionsVersion: 'local',
      definitionsBuiltAt: null,
    });
  });

  it.each([
    'Mon Nov  2 09:10:11 2026',
    'Thu Jan  1 00:00:00 1970',
    'Thu Feb 29 23:59:59 2024',
    'Wed Nov 25 10:06:12 2026',
  ])('has the date %j', (date) => {
    const { definitionsBuiltAt } = parseVersion(`ClamAV 1.4.6/1/${date}`);
    expect(definitionsBuiltAt?.toISOString()).toBe(new Date(`${date} UTC`).toISOString());
  });

  it.each([
    'yesterday',
    '',
    'Tue Nov  2 09:10:11 2026',
    'Mon Nov 2 09:10:11 2026',
    'Mon Nov 02 09:10:11 2026',
    'Sat Feb 29 09:10:11 2025',
    'Mon Nov  2 24:10:11 2026',
    'Mon Nov  2 09:60:11 2026',
    'Mon Nov  2 09:10:11 26',
    'Mon Nov  2 09:10:11 2026 UTC',
    '2026-11-02T09:10:11Z',
    'Mon Nox  2 09:10:11 2026',
  ])('is not read when its date is %j', (date) => {
    expect(() => parseVersion(`ClamAV 1.4.6/1/${date}`)).toThrow(TransientError);
  });

  it.each(['', 'ClamAV', 'ClamAV /27400/x', 'ClamAV 1.4.6/', 'PONG', 'ClamAV 1.4.6/abc/x', 'stream: OK'])(
    'is not read from %j',
    (text) => {
      expect(() => parseVersion(text)).toThrow(TransientError);
    },
  );
});
