import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILE_STATES, isOpen, isTerminal, type FileState } from '../../../src/domain/file-state.js';
import type { File } from '../../../src/domain/file.js';
import { transition, type FileCommand } from '../../../src/domain/transition.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import { makeFile } from '../../support/make-file.js';

const AT = new Date('2026-01-01T12:00:00.000Z');
const HASH = 'a'.repeat(64);

/** The drawing of the design, written down once more and independently of the code. */
const ALLOWED: Readonly<Record<FileState, readonly FileState[]>> = {
  PENDING: ['RECEIVING', 'SCANNING', 'CANCELLED', 'EXPIRED'],
  RECEIVING: ['SCANNING', 'CANCELLED', 'EXPIRED'],
  SCANNING: ['CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED'],
  CLEAN: ['INFECTED', 'DELETED'],
  INFECTED: ['DELETED'],
  UNSCANNABLE: ['SCANNING', 'DELETED'],
  REJECTED: ['DELETED'],
  CANCELLED: ['DELETED'],
  EXPIRED: ['DELETED'],
  DELETED: [],
};

const verdict = (outcome: Verdict['outcome']): Verdict => ({
  outcome,
  reason: null,
  findings: [],
  engine: 'ClamAV 1.4.6',
  definitionsVersion: '1',
  scannedBytes: 10,
  decidedAt: AT,
});

const commands = fc.oneof(
  fc.constantFrom<FileCommand>(
    { kind: 'receive' },
    { kind: 'replay' },
    { kind: 'cancel' },
    { kind: 'expire' },
    { kind: 'delete' },
  ),
  fc.nat(20).map((sizeBytes): FileCommand => ({ kind: 'complete', sizeBytes })),
  fc
    .constantFrom<Verdict['outcome']>('CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED')
    .map((outcome): FileCommand => ({ kind: 'redetect', verdict: verdict(outcome) })),
  fc
    .record({
      outcome: fc.constantFrom<Verdict['outcome']>('CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED'),
      sha256: fc.constantFrom(null, HASH),
      vaultKey: fc.constantFrom(null, 'tenant/file/1'),
    })
    .map(({ outcome, sha256, vaultKey }): FileCommand => ({
      kind: 'decide',
      verdict: verdict(outcome),
      sha256,
      detectedType: null,
      vaultKey,
    })),
);

const files = fc
  .record({
    state: fc.constantFrom(...FILE_STATES),
    receivedBytes: fc.nat(20),
    version: fc.integer({ min: 1 }),
  })
  .map((changes) => makeFile(changes));

/** Applies commands one after the other; those that are refused change nothing. */
const live = (file: File, history: readonly FileCommand[]): File[] => {
  const steps = [file];
  for (const command of history) {
    const next = transition(steps.at(-1) ?? file, command, AT);
    if (next.ok) steps.push(next.value);
  }
  return steps;
};

describe('the life of a file', () => {
  it('only takes the steps that are drawn', () => {
    fc.assert(
      fc.property(files, commands, (file, command) => {
        const next = transition(file, command, AT);
        if (next.ok) expect(ALLOWED[file.state]).toContain(next.value.state);
        else expect(next.fault.code).toBe('CONFLICT');
      }),
    );
  });

  it('can take every step that is drawn', () => {
    const taken = new Map<FileState, Set<FileState>>();
    for (const [file, command] of fc.sample(fc.tuple(files, commands), { numRuns: 20_000, seed: 1 })) {
      const next = transition(file, command, AT);
      if (next.ok) taken.set(file.state, (taken.get(file.state) ?? new Set()).add(next.value.state));
    }
    for (const state of FILE_STATES) {
      expect([...(taken.get(state) ?? [])].sort(), `from ${state}`).toEqual([...ALLOWED[state]].sort());
    }
  });

  it('grows the version by exactly one with each step', () => {
    fc.assert(
      fc.property(files, commands, (file, command) => {
        const next = transition(file, command, AT);
        if (next.ok) expect(next.value.version).toBe(file.version + 1);
      }),
    );
  });

  it('is CLEAN only with a hash and a sealed copy, and serves nothing otherwise', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 12 }), (history) => {
        for (const file of live(makeFile({ state: 'SCANNING' }), history)) {
          expect(file.state === 'CLEAN').toBe(file.vaultKey !== null);
          if (file.state === 'CLEAN') expect(file.sha256).toBe(HASH);
        }
      }),
    );
  });

  it.each<[string, Verdict['outcome'], string | null, string | null, boolean]>([
    ['CLEAN with a hash and a sealed copy', 'CLEAN', HASH, 'tenant/file/1', true],
    ['CLEAN without a hash', 'CLEAN', null, 'tenant/file/1', false],
    ['CLEAN without a sealed copy', 'CLEAN', HASH, null, false],
    ['UNSCANNABLE without a hash', 'UNSCANNABLE', null, null, true],
    ['INFECTED with a hash', 'INFECTED', HASH, null, true],
    ['INFECTED with something to serve', 'INFECTED', HASH, 'tenant/file/1', false],
  ])('is decided over as %s, or not', (_, outcome, sha256, vaultKey, isAccepted) => {
    const command = {
      kind: 'decide',
      verdict: verdict(outcome),
      sha256,
      detectedType: null,
      vaultKey,
    } as const;
    expect(transition(makeFile({ state: 'SCANNING' }), command, AT).ok).toBe(isAccepted);
  });

  it('loses its sealed copy, and keeps what was found, when a later definition hits', () => {
    const clean = makeFile({
      state: 'CLEAN',
      sha256: HASH,
      vaultKey: 'tenant/file/1',
      verdict: verdict('CLEAN'),
    });
    const hit = transition(clean, { kind: 'redetect', verdict: verdict('INFECTED') }, AT);
    expect(hit).toMatchObject({
      value: { state: 'INFECTED', vaultKey: null, verdict: { outcome: 'INFECTED' } },
    });
    for (const outcome of ['CLEAN', 'UNSCANNABLE', 'REJECTED'] as const) {
      expect(transition(clean, { kind: 'redetect', verdict: verdict(outcome) }, AT).ok).toBe(false);
    }
  });

  it('never goes back to receiving once the upload is over', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 12 }), (history) => {
        const states = live(makeFile(), history).map((file) => file.state);
        const over = states.findIndex((state) => !isOpen(state));
        if (over >= 0) expect(states.slice(over).some((state) => isOpen(state))).toBe(false);
      }),
    );
  });

  it('completes only when every byte is there', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (receivedBytes, sizeBytes) => {
        const next = transition(
          makeFile({ state: 'RECEIVING', receivedBytes }),
          { kind: 'complete', sizeBytes },
          AT,
        );
        expect(next.ok).toBe(receivedBytes === sizeBytes);
      }),
    );
  });

  it('knows of every state whether it is over', () => {
    expect(FILE_STATES.filter((state) => !isTerminal(state))).toEqual(['PENDING', 'RECEIVING', 'SCANNING']);
  });
});
