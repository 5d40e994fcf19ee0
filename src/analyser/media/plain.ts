import { report, type Context, type Place } from '../context.js';
import { watchText } from '../documents/text-documents.js';
import { heard, restOf } from '../reading/limited.js';
import type { Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { claimsText } from '../types/agreement.js';
import { entropyOf, ENTROPY_SAMPLE_BYTES, RANDOM_ENTROPY } from './entropy.js';
import { looksForOther } from './hidden.js';

/** Where something is hidden so that it is found again: near the beginning, and at the end. */
const NEAR_BYTES = 64 * 1024;

/** Looks at the beginning and the end of what has no structure that a parser would follow, and at all of some text. */
export async function analysePlain(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const head = Buffer.from(await reader.peek(NEAR_BYTES));
  const hidden = looksForOther(head, place, context, type);
  const watch = type.family === 'text' ? watchText(head, place, context) : undefined;
  if (watch) {
    for await (const chunk of heard(restOf(reader), watch)) hidden.hear(chunk);
  } else {
    hidden.hear(head);
    hidden.hear(await reader.tail(NEAR_BYTES));
  }
  hidden.conclude();
  if (type.family === 'unknown' && !mayBeAnything(place)) judgeEntropy(head, place, context);
  return type;
}

/** Bytes that are said to be nothing in particular are often encrypted or compressed, and may be. */
const mayBeAnything = ({ role, name, declaredType }: Place): boolean =>
  role === 'member' || (role === 'file' && !claimsText(name, declaredType));

function judgeEntropy(head: Buffer, place: Place, context: Context): void {
  const sample = head.subarray(0, ENTROPY_SAMPLE_BYTES);
  if (sample.length < ENTROPY_SAMPLE_BYTES || entropyOf(sample) <= RANDOM_ENTROPY) return;
  report(context, place, 'HIGH_ENTROPY', `${entropyOf(sample).toFixed(3)} bits for each byte`);
}
