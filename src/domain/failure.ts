import { OvertimeError, PermanentError, TransientError } from './errors.js';

/**
 * What kind of failure ended an attempt, which decides whether there is another one. UNKNOWN is a class of its own: what
 * nobody foresaw is never taken for something that passes by itself.
 */
export type FailureClass = 'TRANSIENT' | 'RATE_LIMITED' | 'OVERTIME' | 'PERMANENT' | 'UNKNOWN';

/** How an attempt can end without a verdict: by a failure, because its worker was stopped, or was lost without a word. */
export const ATTEMPT_ENDS = [
  'TRANSIENT',
  'RATE_LIMITED',
  'OVERTIME',
  'PERMANENT',
  'UNKNOWN',
  'INTERRUPTED',
  'LOST',
] as const satisfies readonly (FailureClass | 'INTERRUPTED' | 'LOST')[];

/** How an attempt can end without a verdict. */
export type AttemptEnd = (typeof ATTEMPT_ENDS)[number];

/** A failure as a rule sees it: nothing of what the error said. */
export interface Failure {
  readonly failureClass: FailureClass;
  /** Which dependency failed; `null` where nobody knows. */
  readonly dependency: string | null;
  /** How long the dependency asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | null;
}

/** Puts whatever was thrown into its class. */
export function classify(error: unknown): Failure {
  if (error instanceof OvertimeError) {
    return { failureClass: 'OVERTIME', dependency: error.dependency, retryAfterMs: null };
  }
  if (error instanceof TransientError) {
    const { dependency, retryAfterMs } = error;
    if (retryAfterMs === undefined) return { failureClass: 'TRANSIENT', dependency, retryAfterMs: null };
    return { failureClass: 'RATE_LIMITED', dependency, retryAfterMs };
  }
  if (error instanceof PermanentError) {
    return { failureClass: 'PERMANENT', dependency: error.dependency, retryAfterMs: null };
  }
  return { failureClass: 'UNKNOWN', dependency: null, retryAfterMs: null };
}

const NAMES: Readonly<Record<string, string>> = {
  scanner: 'The scanner',
  analyser: 'The analysis of structure',
  'object-store': 'The object store',
  postgres: 'The database',
  redis: 'The queue',
};

/** One sentence about a failure that anybody may read: it names no host, no path and nothing that an error said. */
export function describeFailure({ failureClass, dependency }: Failure): string {
  const who = NAMES[dependency ?? ''] ?? 'A part of the service';
  switch (failureClass) {
    case 'TRANSIENT':
      return `${who} did not answer as it must.`;
    case 'RATE_LIMITED':
      return `${who} asked to be left alone for a while.`;
    case 'OVERTIME':
      return `${who} took longer than it may.`;
    case 'PERMANENT':
      return `${who} refused what it was asked for.`;
    case 'UNKNOWN':
      return 'Something that nobody foresaw went wrong.';
  }
}
