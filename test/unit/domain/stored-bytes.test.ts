import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILE_STATES, isTerminal } from '../../../src/domain/file-state.js';
import { fragmentKeyOf, ingestKeyOf, quarantineKeyOf, vaultKeyOf } from '../../../src/domain/object-keys.js';
import { isClaimed, readStoredKey, type FileClaim } from '../../../src/domain/stored-bytes.js';
import { makeFileId, makeTenantId } from '../../support/make-job.js';

const tenantId = makeTenantId();
const fileId = makeFileId();
const sealed = vaultKeyOf(tenantId, fileId, 2);
const staged = ingestKeyOf(tenantId, fileId);
const isolated = quarantineKeyOf(tenantId, fileId);
const fragment = fragmentKeyOf(tenantId, fileId, 'unique');

const anyClaim: fc.Arbitrary<FileClaim> = fc.record({
  id: fc.constant(fileId),
  state: fc.constantFrom(...FILE_STATES),
  attempt: fc.integer({ min: 0, max: 3 }),
  ingestHandle: fc.constantFrom(null, 'its own', 'another'),
  isCleanedUp: fc.boolean(),
});

/** Asks about a key of the file. */
const claimed = (
  area: 'ingest' | 'vault' | 'quarantine',
  key: string,
  claim: FileClaim | undefined,
  options: { handle?: string; named?: boolean } = {},
): boolean => {
  const bytes = readStoredKey(area, key);
  if (!bytes) throw new Error('The key is not read.');
  const { handle } = options;
  const claims = {
    files: new Map(claim ? [[fileId, claim]] : []),
    namedKeys: new Set(options.named === true ? [key] : []),
  };
  return isClaimed(bytes, key, claims, handle === undefined ? undefined : (other) => other === handle);
};

describe('bytes in the store', () => {
  it('are read from the keys that the server makes, and from no others', () => {
    expect(readStoredKey('vault', sealed)).toEqual({ tenantId, fileId, purpose: 'sealed', attempt: 2 });
    expect(readStoredKey('ingest', staged)).toEqual({ tenantId, fileId, purpose: 'staged' });
    expect(readStoredKey('quarantine', isolated)).toEqual({ tenantId, fileId, purpose: 'quarantined' });
    expect(readStoredKey('ingest', fragment)).toEqual({ tenantId, fileId, purpose: 'fragment' });
    for (const key of [
      '',
      'a',
      `${tenantId}/x`,
      `x/${fileId}`,
      `${staged}/0`,
      `${staged}/x`,
      `${staged}/1/2`,
    ]) {
      expect(readStoredKey('vault', key)).toBeUndefined();
    }
    for (const key of [sealed, `${tenantId}/other/${fileId}/u`, `${tenantId}/fragments/${fileId}`]) {
      expect(readStoredKey('ingest', key)).toBeUndefined();
      expect(readStoredKey('quarantine', key)).toBeUndefined();
    }
  });

  it('are nobody’s without a row, unless another row names their key', () => {
    for (const [area, key] of [
      ['vault', sealed],
      ['ingest', staged],
      ['ingest', fragment],
      ['quarantine', isolated],
    ] as const) {
      expect(claimed(area, key, undefined)).toBe(false);
      expect(claimed(area, key, undefined, { named: true })).toBe(true);
    }
  });

  it('of a file that has ended stay until its clean-up is noted, whatever they are', () => {
    fc.assert(
      fc.property(anyClaim, (claim) => {
        fc.pre(isTerminal(claim.state) && !claim.isCleanedUp);
        expect(claimed('vault', sealed, claim)).toBe(true);
        expect(claimed('ingest', fragment, claim)).toBe(true);
        expect(claimed('quarantine', isolated, claim)).toBe(true);
        expect(claimed('ingest', staged, claim, { handle: 'its own' })).toBe(true);
      }),
    );
  });

  it('of a file that is open or in inspection stay: its staged bytes, its upload, the copy of this attempt', () => {
    fc.assert(
      fc.property(anyClaim, (claim) => {
        fc.pre(!isTerminal(claim.state));
        expect(claimed('ingest', staged, claim)).toBe(true);
        expect(claimed('ingest', staged, claim, { handle: 'its own' })).toBe(
          claim.ingestHandle === 'its own',
        );
        expect(claimed('vault', sealed, claim)).toBe(claim.state === 'SCANNING' && claim.attempt === 2);
      }),
    );
  });

  it('of a file that is cleaned up are gone, but for infected content in the quarantine', () => {
    fc.assert(
      fc.property(anyClaim, (claim) => {
        fc.pre(isTerminal(claim.state) && claim.isCleanedUp);
        expect(claimed('vault', sealed, claim)).toBe(false);
        expect(claimed('ingest', fragment, claim)).toBe(false);
        expect(claimed('ingest', staged, claim, { handle: 'its own' })).toBe(false);
        expect(claimed('ingest', staged, claim)).toBe(false);
        expect(claimed('quarantine', isolated, claim)).toBe(claim.state === 'INFECTED');
        expect(claimed('quarantine', isolated, claim, { handle: 'its own' })).toBe(false);
      }),
    );
  });
});
