import { describe, expect, it } from 'vitest';
import { FIRST_RULES, type TenantPolicy } from '../../../src/domain/policy.js';
import { longestUpload } from '../../../src/usecases/check-new-file.js';

const MIB = 1024 ** 2;
const policy: TenantPolicy = {
  ...FIRST_RULES,
  ceilingBytes: 100_000 * MIB,
  quota: { bytes: 0, files: 0, uploads: 0 },
  directTransfer: false,
};

describe('an upload of unknown size', () => {
  it('comes to no more than 10,000 of its parts, and to no more than the tenant allows', () => {
    const longest = (partMib: number): number =>
      longestUpload(policy, { declaredType: null, partSizeBytes: partMib * MIB }) / MIB;
    expect([longest(5), longest(32)]).toEqual([50_000, 100_000]);
  });
});
