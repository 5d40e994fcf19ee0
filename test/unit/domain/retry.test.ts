import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../../../src/domain/errors.js';
import { classify, describeFailure } from '../../../src/domain/failure.js';
import { nextStep, type RetryLimits } from '../../../src/domain/retry.js';

const LIMITS: RetryLimits = { maxAttempts: 8, backoffMs: 100, maxBackoffMs: 1_000 };
const transient = classify(new TransientError('scanner', 'connect ECONNREFUSED 10.0.0.7:3310'));
const limited = (retryAfterMs: number) =>
  classify(new TransientError('object-store', 'SlowDown', { retryAfterMs }));
const permanent = classify(new PermanentError('object-store', 'AccessDenied'));
const unknown = classify(new TypeError('x is not a function'));

describe('the rule of retry', () => {
  it('doubles the longest wait after what passes, up to a bound, and takes anything below it', () => {
    const steps = [1, 2, 3, 4, 5, 7].map((attempt) => nextStep(transient, attempt, LIMITS));
    expect(steps).toEqual(
      [100, 200, 400, 800, 1_000, 1_000].map((maxDelayMs) => ({ kind: 'retry', minDelayMs: 0, maxDelayMs })),
    );
    expect(nextStep(transient, 8, LIMITS)).toEqual({ kind: 'give-up', cause: 'ATTEMPTS_USED_UP' });
  });

  it('asks nobody sooner than they said, and waits for nobody for ever', () => {
    expect(nextStep(limited(5_000), 2, LIMITS)).toEqual({
      ...{ kind: 'retry', minDelayMs: 5_000, maxDelayMs: 5_200 },
    });
    expect(nextStep(limited(1e12), 1, LIMITS)).toMatchObject({ kind: 'retry', minDelayMs: 3_600_000 });
    expect(nextStep(limited(5_000), 8, LIMITS)).toEqual({ kind: 'give-up', cause: 'ATTEMPTS_USED_UP' });
  });

  it('does not ask again what was refused', () => {
    expect(nextStep(permanent, 1, LIMITS)).toEqual({ kind: 'give-up', cause: 'PERMANENT_FAILURE' });
  });

  it('takes what nobody foresaw for a class of its own, and gives it up sooner', () => {
    expect(unknown.failureClass).toBe('UNKNOWN');
    expect(nextStep(unknown, 2, LIMITS)).toMatchObject({ kind: 'retry' });
    expect(nextStep(unknown, 3, LIMITS)).toEqual({ kind: 'give-up', cause: 'UNKNOWN_FAILURE' });
    expect(nextStep(unknown, 1, { ...LIMITS, maxAttempts: 1 })).toMatchObject({ kind: 'give-up' });
  });

  it('ends for whatever is thrown, within the attempts that there are, and never waits less than nothing', () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.constantFrom(new TransientError('s', 'm'), new PermanentError('s', 'm'), new Error('m')),
      fc.nat(10_000).map((retryAfterMs) => new TransientError('s', 'm', { retryAfterMs })),
    );
    fc.assert(
      fc.property(thrown, fc.integer({ min: 1, max: 100 }), (error, maxAttempts) => {
        const failure = classify(error);
        expect(nextStep(failure, maxAttempts, { ...LIMITS, maxAttempts }).kind).toBe('give-up');
        const step = nextStep(failure, 1, { ...LIMITS, maxAttempts });
        if (step.kind !== 'retry') return;
        expect(step.minDelayMs).toBeGreaterThanOrEqual(0);
        expect(step.maxDelayMs).toBeGreaterThanOrEqual(step.minDelayMs);
      }),
    );
  });
});

describe('the sentence about a failure', () => {
  it('names the dependency and nothing that the error said', () => {
    expect([transient, limited(1), permanent, unknown].map(describeFailure)).toEqual([
      'The scanner did not answer as it must.',
      'The object store asked to be left alone for a while.',
      'The object store refused what it was asked for.',
      'Something that nobody foresaw went wrong.',
    ]);
    expect(describeFailure(classify(new TransientError('db-7.internal', 'down')))).toBe(
      'A part of the service did not answer as it must.',
    );
  });
});
