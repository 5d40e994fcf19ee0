import { LimitError, type Budget } from '../budget.js';
import { CorruptError } from './inflate.js';
import type { Reader } from './reader.js';
import { borrowXz, XZ, type XzDecoder } from './xz-module.js';

/** What is a valid stream of xz, and made in a way that the decoder does not know: filters, or a SHA-256 over it. */
export class UnknownXzError extends Error {
  override readonly name = 'UnknownXzError';
}

/**
 * Expands streams of xz, one behind the other as the format allows, a little at a time. What follows the last one is
 * none, as for every program that unpacks it: then they are corrupt.
 *
 * @throws CorruptError; UnknownXzError; LimitError where a dictionary is longer than what may be held
 * @see The .xz File Format 1.2.1
 */
export async function* unxz(reader: Reader, budget: Budget): AsyncGenerator<Buffer, undefined> {
  const decoder = await borrowXz(budget);
  try {
    for (;;) {
      const piece = await reader.next(decoder.inputBytes);
      decoder.supply(piece ?? Buffer.alloc(0));
      if (yield* outputOf(decoder, budget)) return;
      if (!piece) throw new CorruptError('The streams end too early');
    }
  } finally {
    decoder.giveBack();
  }
}

/** What becomes of the input that was supplied; returns whether all streams are over. */
function* outputOf(decoder: XzDecoder, budget: Budget): Generator<Buffer, boolean> {
  for (;;) {
    budget.time();
    const { status, bytes, isHungry } = decoder.run();
    if (bytes.length > 0) yield bytes;
    switch (status) {
      case XZ.ok:
        if (isHungry && bytes.length === 0) return false;
        break;
      case XZ.end:
        return true;
      case XZ.noMemory:
      case XZ.dictionaryTooLong:
        throw new LimitError('ANALYSIS_LIMIT', 'The dictionary of its compression is too long.');
      case XZ.unknownOptions:
        throw new UnknownXzError('The streams are made in an unknown way');
      default:
        throw new CorruptError('The streams are wrong');
    }
  }
}
