import { expect, it } from 'vitest';
import { describeBytes } from '../../../src/domain/describe-bytes.js';
import { fitsPolicy } from '../../../src/usecases/check-new-file.js';
import { FIRST_RULES } from '../../../src/domain/policy.js';

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1024, '1 KiB (1024 bytes)'],
  [1_600_000, '1.5 MiB (1600000 bytes)'],
  [10 * 1024 ** 3, '10 GiB (10737418240 bytes)'],
  [Number.MAX_SAFE_INTEGER, '8 PiB (9007199254740991 bytes)'],
])('says %d bytes as people do, and exactly', (bytes, said) => {
  expect(describeBytes(bytes)).toBe(said);
});

it('tells whose file is too large how large it may be', () => {
  const policy = {
    ...FIRST_RULES,
    ceilingBytes: 5 * 1024 ** 2,
    quota: { bytes: 1, files: 1, uploads: 1 },
    directTransfer: false,
  };
  const file = { name: 'a.bin', sizeBytes: 6 * 1024 ** 2, declaredType: null };
  expect(fitsPolicy(policy, file)).toMatchObject({
    fault: { code: 'TOO_LARGE', message: 'A file may have at most 5 MiB (5242880 bytes).' },
  });
});
