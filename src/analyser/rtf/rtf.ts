import { report, type Context, type Place } from '../context.js';
import { looksForOther } from '../media/hidden.js';
import { lookAtOle1 } from '../ole/look-at-object.js';
import type { Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { createRtfGroups, type RtfGroups } from './rtf-groups.js';
import { createRtfTokens } from './rtf-tokens.js';

const NEAR_BYTES = 64 * 1024;

/** Reads RTF to its end: objects, links and fields, whatever stands between their letters. */
export async function analyseRtf(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const hidden = looksForOther(Buffer.from(await reader.peek(NEAR_BYTES)), place, context, type);
  const groups = createRtfGroups(place, context);
  const tokens = createRtfTokens(groups);
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    context.budget.time();
    hidden.hear(chunk);
    tokens.hear(chunk);
    await lookAtObjects(groups, place, context);
  }
  tokens.end();
  // A group that is not closed may hold an object: programs open it all the same.
  groups.closeAll();
  await lookAtObjects(groups, place, context);
  if (groups.hasTrailingData()) report(context, place, 'TRAILING_DATA', 'Something follows the last group.');
  hidden.conclude();
  return type;
}

async function lookAtObjects(groups: RtfGroups, place: Place, context: Context): Promise<void> {
  for (const bytes of groups.takeObjects()) {
    if (bytes) await lookAtOle1(bytes, place, context);
    else report(context, place, 'DOCUMENT_UNREADABLE', 'An object is too large.');
  }
}
