import { report, type Context, type Place } from '../context.js';
import type { Reader } from '../reading/reader.js';

/** Records of a workbook that tell something. @see [MS-XLS] 2.3 */
const RECORD = { filePass: 0x2f, boundSheet: 0x85, begin: 0x809, supBook: 0x1ae } as const;
const MACRO_SHEET = 1;
const MACRO_SHEET_BEGIN = 0x40;
/** Stands between program and topic where a workbook asks another program. */
const DDE_SEPARATOR = '\x03';
const MOST_RECORD_BYTES = 8_228;

/** Reads the records of a workbook of Excel 5 to 2003: macro sheets, encryption, questions to other programs. */
export async function lookAtWorkbook(reader: Reader, place: Place, context: Context): Promise<void> {
  for (let count = 0; (await reader.peek(4)).length === 4; count += 1) {
    if (count % 256 === 0) context.budget.time();
    const head = await reader.take(4);
    const [type, bytes] = [head.readUInt16LE(0), head.readUInt16LE(2)];
    const isWanted = Object.values<number>(RECORD).includes(type) && bytes <= MOST_RECORD_BYTES;
    if (!isWanted) {
      await reader.skip(Math.min(bytes, await available(reader, bytes)));
      continue;
    }
    const body = await reader.peek(bytes);
    await reader.skip(body.length);
    if (type === RECORD.filePass) {
      report(context, place, 'DOCUMENT_ENCRYPTED');
      return;
    }
    checkRecord(type, body, place, context);
  }
}

/** The last record of a stream that was cut off is passed as far as it is there. */
const available = async (reader: Reader, bytes: number): Promise<number> => (await reader.peek(bytes)).length;

function checkRecord(type: number, body: Buffer, place: Place, context: Context): void {
  if (type === RECORD.boundSheet && body[5] === MACRO_SHEET) {
    report(context, place, 'OFFICE_MACRO', 'A sheet of Excel 4 macros.');
  }
  if (type === RECORD.begin && body.length >= 4 && body.readUInt16LE(2) === MACRO_SHEET_BEGIN) {
    report(context, place, 'OFFICE_MACRO', 'A sheet of Excel 4 macros.');
  }
  if (type === RECORD.supBook && body.toString('latin1').replaceAll('\0', '').includes(DDE_SEPARATOR)) {
    checkSupBook(body, place, context);
  }
}

/** @see [MS-XLS] 2.4.271: the number of sheets, then a path with its length, in one or two bytes a character */
function checkSupBook(body: Buffer, place: Place, context: Context): void {
  const characters = body.length >= 5 ? body.readUInt16LE(2) : 0;
  if (characters === 0 || characters > 0xff) return;
  const path =
    ((body[4] ?? 0) & 1) === 1
      ? body.toString('utf16le', 5, 5 + 2 * characters)
      : body.toString('latin1', 5, 5 + characters);
  if (path.includes(DDE_SEPARATOR)) report(context, place, 'OFFICE_DDE', path.replace(DDE_SEPARATOR, '|'));
}
