import { report, within, type Context, type Place } from '../context.js';
import { restOf } from '../reading/limited.js';
import type { Reader } from '../reading/reader.js';

/**
 * Looks at what follows the end of an archive. Zeros that fill the last block are usual; what else is there, no program
 * unpacks, or every program another.
 */
export async function lookAtRest(reader: Reader, place: Place, context: Context): Promise<void> {
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    const begin = chunk.findIndex((byte) => byte !== 0);
    if (begin < 0) continue;
    reader.unread(chunk.subarray(begin));
    report(context, place, 'TRAILING_DATA', `Bytes follow its end at ${reader.offset}.`);
    await context.look(restOf(reader), within(place, '(rest)', 'rest'));
    return;
  }
}
