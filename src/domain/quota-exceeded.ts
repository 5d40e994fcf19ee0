import { fault } from './errors.js';
import type { QuotaDimension } from './quota.js';

const MESSAGES: Readonly<Record<QuotaDimension, string>> = {
  bytes: 'The tenant has no room for so many bytes.',
  files: 'The tenant has as many files as it may have.',
  uploads: 'The tenant has as many open uploads as it may have: complete or cancel one first.',
};

/** QUOTA_EXCEEDED that says what there is not enough of. */
export const quotaExceeded = (dimension: QuotaDimension): ReturnType<typeof fault> =>
  fault('QUOTA_EXCEEDED', { dimension, message: MESSAGES[dimension] });
