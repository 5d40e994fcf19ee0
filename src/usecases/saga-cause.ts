import { PermanentError, TransientError } from '../domain/errors.js';
import type { SagaCause } from '../domain/saga.js';

const CAUSES: Readonly<Record<string, SagaCause>> = {
  'object-store': 'STORE_UNAVAILABLE',
  postgres: 'DATABASE_UNAVAILABLE',
  scanner: 'SCANNER_UNAVAILABLE',
};

/** What the log of a saga says of an error: which dependency failed, and nothing that the error itself tells. */
export function sagaCauseOf(error: unknown): SagaCause {
  const isKnown = error instanceof TransientError || error instanceof PermanentError;
  return (isKnown ? CAUSES[error.dependency] : undefined) ?? 'UNEXPECTED';
}
