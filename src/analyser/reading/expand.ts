import type { Budget } from '../budget.js';
import { unbzip2 } from '../bzip2/unbzip2.js';
import { inflate, type Compression } from './inflate.js';
import type { Reader } from './reader.js';
import { unxz } from './unxz.js';

/** How bytes were packed, whichever decoder that takes. */
export type Packing = Compression | 'bzip2' | 'xz';

/**
 * Expands what a reader has next, a little at a time.
 *
 * @throws CorruptError; LimitError; for xz also UnknownXzError
 */
export function expand(reader: Reader, packing: Packing, budget: Budget): AsyncGenerator<Buffer, undefined> {
  if (packing === 'xz') return unxz(reader, budget);
  return packing === 'bzip2' ? unbzip2(reader, budget) : inflate(reader, packing);
}
