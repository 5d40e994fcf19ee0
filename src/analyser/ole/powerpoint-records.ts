import { report, within, type Context, type Place } from '../context.js';
import { CorruptError, inflate } from '../reading/inflate.js';
import { limited } from '../reading/limited.js';
import { createReader, type Reader } from '../reading/reader.js';

/** Records of a presentation that tell something. @see [MS-PPT] 2.13.24 */
const RECORD = { macros: 0x0400, object: 0x1011 } as const;
const HEADER_BYTES = 8;
const CONTAINER = 0xf;
/** In front of the compressed bytes of an object: how many they become. */
const SIZE_BYTES = 4;

/** Reads the records of a presentation of PowerPoint 97 to 2003: macros, and objects of other programs. */
export async function lookAtPresentation(reader: Reader, place: Place, context: Context): Promise<void> {
  for (let count = 0; (await reader.peek(HEADER_BYTES)).length === HEADER_BYTES; count += 1) {
    if (count % 256 === 0) context.budget.time();
    const head = await reader.take(HEADER_BYTES);
    const kind = head.readUInt16LE(0);
    const [type, bytes] = [head.readUInt16LE(2), head.readUInt32LE(4)];
    // What lies in a container follows its header: it is walked into by going on.
    if ((kind & 0xf) === CONTAINER) continue;
    const body = createReader(limited(reader, bytes));
    if (type === RECORD.macros) await checkMacros(body, place, context);
    if (type === RECORD.object) await lookAtObject(body, kind >> 4 === 1, place, context);
    await body.skip(Math.max(0, bytes - body.offset));
  }
}

async function checkMacros(body: Reader, place: Place, context: Context): Promise<void> {
  const bytes = await body.peek(HEADER_BYTES);
  if (bytes.length === HEADER_BYTES && bytes.readUInt32LE(4) !== 0) report(context, place, 'OFFICE_MACRO');
}

/** Objects, and the project of macros, are compound files of their own. */
async function lookAtObject(
  body: Reader,
  isCompressed: boolean,
  place: Place,
  context: Context,
): Promise<void> {
  const inner = within(place, '(object)', 'part');
  context.budget.member();
  if (!isCompressed) {
    await context.look(restOfBody(body), inner);
    return;
  }
  await body.skip(SIZE_BYTES);
  const expanded = async function* (): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of inflate(body, 'deflate')) {
      context.budget.expand(chunk.length);
      yield chunk;
    }
  };
  try {
    await context.look(expanded(), inner);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    report(context, inner, 'DOCUMENT_UNREADABLE', 'An object cannot be expanded.');
  }
}

async function* restOfBody(body: Reader): AsyncGenerator<Buffer, undefined> {
  for (let chunk = await body.next(); chunk; chunk = await body.next()) yield chunk;
}
