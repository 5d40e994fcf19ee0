import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkReason, newRelease } from '../../../src/domain/new-release.js';
import { contentStateOf, isReadable, type Quarantine } from '../../../src/domain/quarantine.js';
import {
  isInForce,
  isOpenRelease,
  RELEASE_STATUSES,
  transitionRelease,
  type Release,
  type ReleaseCommand,
} from '../../../src/domain/release.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import { makeRelease } from '../../support/fake-quarantine.js';
import { makeFile } from '../../support/make-file.js';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const DAY_MS = 86_400_000;
const at = (offsetMs: number): Date => new Date(START + offsetMs);
const people = fc.constantFrom('anna', 'otto', 'ute');
const anyCommand: fc.Arbitrary<ReleaseCommand> = fc.oneof(
  fc.record({ kind: fc.constant('approve' as const), by: people, reason: fc.constant(null) }),
  fc.record({ kind: fc.constant('refuse' as const), by: people, reason: fc.constant('No.') }),
  fc.record({
    kind: fc.constant('end' as const),
    by: people,
    cause: fc.constantFrom('EXPIRED' as const, 'REVOKED' as const, 'HIT' as const, 'REMOVED' as const),
    reason: fc.constant(null),
  }),
);
const anyLife = fc.array(fc.tuple(anyCommand, fc.integer({ min: 0, max: 2 * DAY_MS })), { maxLength: 12 });

/** Every release that a life goes through. */
function* live(life: readonly (readonly [ReleaseCommand, number])[]): Generator<[Release, Release, Date]> {
  let release = makeRelease();
  for (const [command, offsetMs] of life.toSorted(([, a], [, b]) => a - b)) {
    const next = transitionRelease(release, command, at(offsetMs));
    if (!next.ok) continue;
    yield [release, next.value, at(offsetMs)];
    release = next.value;
  }
}

describe('the life of a release', () => {
  it('never lets content out that two different people have not agreed on', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        for (const [, release, now] of live(life)) {
          if (!isInForce(release, now)) continue;
          expect(release.decidedBy).not.toBeNull();
          expect(release.decidedBy).not.toBe(release.requestedBy);
          expect(now < release.expiresAt).toBe(true);
        }
      }),
    );
  });

  it('never keeps content out of reach for less than until it expires, and for no longer either', () => {
    const release = makeRelease({ status: 'APPROVED', decidedBy: 'otto' });
    expect(isInForce(release, at(DAY_MS - 1))).toBe(true);
    expect(isInForce(release, at(DAY_MS))).toBe(false);
    for (const status of RELEASE_STATUSES.filter((other) => other !== 'APPROVED')) {
      expect(isInForce({ ...release, status }, at(0))).toBe(false);
    }
  });

  it('goes forward alone, a version each time, and what was said before stays as it was', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        for (const [before, after] of live(life)) {
          expect(after.version).toBe(before.version + 1);
          expect(isOpenRelease(before)).toBe(true);
          for (const field of [
            'id',
            'fileId',
            'reason',
            'requestedBy',
            'requestedAt',
            'expiresAt',
          ] as const) {
            expect(after[field]).toBe(before[field]);
          }
          if (before.decidedBy !== null) expect(after.decidedBy).toBe(before.decidedBy);
        }
      }),
    );
  });

  it('refuses who asked also where nothing could be decided any more', () => {
    const approve: ReleaseCommand = { kind: 'approve', by: 'anna', reason: null };
    expect(transitionRelease(makeRelease({ status: 'REFUSED' }), approve, at(0))).toMatchObject({
      fault: { code: 'FORBIDDEN' },
    });
    expect(transitionRelease(makeRelease(), { ...approve, by: 'otto' }, at(DAY_MS))).toMatchObject({
      fault: { code: 'CONFLICT' },
    });
  });

  it('is decided over once, by anybody else, while it lasts', () => {
    const decision = { by: 'otto', reason: 'As agreed.' };
    const approved = transitionRelease(makeRelease(), { kind: 'approve', ...decision }, at(DAY_MS - 1));
    const facts = { decidedBy: 'otto', decidedAt: at(DAY_MS - 1), decisionReason: 'As agreed.' };
    expect(approved).toMatchObject({ value: { status: 'APPROVED', ...facts } });
    const refused = transitionRelease(makeRelease(), { kind: 'refuse', ...decision }, at(DAY_MS));
    expect(refused).toMatchObject({ value: { status: 'REFUSED', decidedBy: 'otto' } });
    for (const status of RELEASE_STATUSES.filter((other) => other !== 'REQUESTED')) {
      for (const kind of ['approve', 'refuse'] as const) {
        const again = transitionRelease(makeRelease({ status }), { kind, ...decision, by: 'ute' }, at(0));
        expect(again, `${kind} when ${status}`).toMatchObject({ fault: { code: 'CONFLICT' } });
      }
    }
  });

  it('ends at any time by whatever else ends it, once', () => {
    for (const cause of ['REVOKED', 'HIT', 'REMOVED'] as const) {
      const end: ReleaseCommand = { kind: 'end', by: 'ute', cause, reason: null };
      const ended = { status: 'ENDED', endedBy: 'ute', endCause: cause, endedAt: at(0) };
      expect(transitionRelease(makeRelease({ status: 'APPROVED' }), end, at(0))).toMatchObject({
        value: ended,
      });
      expect(transitionRelease(makeRelease({ status: 'ENDED' }), end, at(0)).ok).toBe(false);
    }
  });

  it('expires when its time has come and not before, decided or not', () => {
    const expire: ReleaseCommand = { kind: 'end', by: 'system:sweeper', cause: 'EXPIRED', reason: null };
    for (const status of ['REQUESTED', 'APPROVED'] as const) {
      expect(transitionRelease(makeRelease({ status }), expire, at(DAY_MS - 1)).ok).toBe(false);
      expect(transitionRelease(makeRelease({ status }), expire, at(DAY_MS))).toMatchObject({
        value: { status: 'ENDED' },
      });
    }
  });
});

describe('a request for release', () => {
  const quarantine: Quarantine = {
    ...{ fileId: makeFile().id, tenantId: makeFile().tenantId, quarantinedAt: at(0), sourceKey: null },
    ...{ heldAt: at(0), retainedUntil: at(10 * DAY_MS), removedAt: null, removalCause: null },
  };
  const file = makeFile({ state: 'INFECTED' });
  const INFECTED: Verdict = {
    ...{ outcome: 'INFECTED', reason: 'MALWARE', findings: [], engine: 'e', definitionsVersion: '1' },
    ...{ scannedBytes: 1, decidedAt: at(0) },
  };
  const wish = {
    id: 'r',
    reason: ' Why. ',
    requestedBy: 'anna',
    expiresAt: at(DAY_MS),
    maxDurationMs: 7 * DAY_MS,
  };

  it('is made for infected content that is held, with a reason and an end in between', () => {
    expect(newRelease({ file, quarantine }, wish, at(0))).toMatchObject({
      value: { reason: 'Why.', status: 'REQUESTED', version: 1, definitionsVersion: '' },
    });
    const judged = makeFile({ state: 'INFECTED', verdict: { ...INFECTED, definitionsVersion: '27400' } });
    expect(newRelease({ file: judged, quarantine }, wish, at(0))).toMatchObject({
      value: { definitionsVersion: '27400' },
    });
    for (const broken of [
      { expiresAt: at(0) },
      { expiresAt: new Date(NaN) },
      { expiresAt: at(8 * DAY_MS) },
      { reason: '' },
    ]) {
      expect(newRelease({ file, quarantine }, { ...wish, ...broken }, at(0))).toMatchObject({
        fault: { code: 'BAD_USER_INPUT' },
      });
    }
    const late = { ...wish, expiresAt: at(11 * DAY_MS) };
    expect(newRelease({ file, quarantine }, late, at(9 * DAY_MS))).toMatchObject({
      fault: { field: 'expiresAt' },
    });
  });

  it('is refused where the content is not, and for any other file', () => {
    for (const part of [
      { heldAt: null, retainedUntil: null },
      { removedAt: at(0), removalCause: 'LOST' as const },
    ]) {
      const gone = { ...quarantine, ...part };
      expect(isReadable(gone, at(0))).toBe(false);
      expect(newRelease({ file, quarantine: gone }, wish, at(0))).toMatchObject({
        fault: { code: 'CONFLICT' },
      });
    }
    expect(contentStateOf({ heldAt: null, removedAt: null })).toBe('MOVING');
    expect(isReadable(quarantine, at(10 * DAY_MS))).toBe(false);
    const clean = makeFile({ state: 'CLEAN' });
    expect(newRelease({ file: clean, quarantine }, wish, at(0))).toMatchObject({
      fault: { code: 'CONFLICT' },
    });
  });

  it.each<[string, string]>([
    ['without a word', ' \n '],
    ['with a NUL, which no database takes', 'Why\0.'],
    ['with half a character', 'Why \ud800'],
    ['that is too long', 'x'.repeat(2_001)],
  ])('has no reason %s', (_, reason) => {
    expect(checkReason(reason)).toMatchObject({ fault: { code: 'BAD_USER_INPUT', field: 'reason' } });
  });

  it('has a reason of up to 2,000 characters', () => {
    expect(checkReason(` ${'x'.repeat(2_000)} `)).toEqual({ ok: true, value: 'x'.repeat(2_000) });
  });
});
