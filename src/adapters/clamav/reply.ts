import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';

const FOUND = /^stream: (?<signature>[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?) FOUND$/;
const SIZE_LIMIT = 'INSTREAM size limit exceeded. ERROR';

/**
 * Reads the one reply of clamd to one INSTREAM, without its terminator. Exactly `stream: OK` is ok; what is
 * not understood, whatever it looks like, is no reply at all.
 *
 * @throws TransientError for everything that is neither OK, nor FOUND, nor the size limit
 * @see https://docs.clamav.net/manual/Usage/Scanning.html#clamd
 */
export function parseScanReply(text: string): ScanReply {
  if (text === 'stream: OK') return { kind: 'ok' };
  if (text === SIZE_LIMIT) return { kind: 'limit', detail: SIZE_LIMIT };
  const signature = FOUND.exec(text)?.groups?.['signature'];
  if (signature === undefined) throw new TransientError('scanner', `clamd answered ${quote(text)}`);
  return classify(signature);
}

/**
 * clamd reports what it could not look into as a signature too (AlertExceedsMax, AlertEncrypted); such a
 * file is not known to be infected, and not known to be clean either.
 */
function classify(signature: string): ScanReply {
  if (signature.startsWith('Heuristics.Limits.Exceeded')) return { kind: 'limit', detail: signature };
  if (signature.startsWith('Heuristics.Encrypted')) return { kind: 'encrypted', detail: signature };
  return { kind: 'found', signature };
}

/** Longest piece of a reply that goes into a message. */
const QUOTED_CHARACTERS = 80;

const quote = (text: string): string => JSON.stringify(text.slice(0, QUOTED_CHARACTERS));
