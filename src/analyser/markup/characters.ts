import type { Context } from '../context.js';
import type { Reader } from '../reading/reader.js';
import { encodingOfMark, openTextStream, type Encoding } from '../types/encoding.js';

const HEAD_BYTES = 1_024;
const DECLARED = /^\s*<\?xml\b[^>]{0,500}?\bencoding\s*=\s*["']\s*([\w.:-]{1,40})/i;
/** Labels of encodings that are wide: bytes that could be read so far are not. */
const WIDE = /^(?:utf-?16|utf-?32|ucs-?[24]|iso-10646|unicode)/i;

/** The encoding of markup, as an XML parser finds it out. */
export async function encodingOf(reader: Reader): Promise<Encoding> {
  const head = await reader.peek(HEAD_BYTES);
  const marked = encodingOfMark(head);
  if (marked !== undefined) return marked;
  const declared = DECLARED.exec(head.toString('latin1'))?.[1] ?? 'utf-8';
  return WIDE.test(declared) ? 'utf-8' : declared;
}

/**
 * The rest of a reader as characters.
 *
 * @param hear - hears the bytes as they are
 * @returns `undefined` for an encoding that nobody here knows
 */
export function charactersOf(
  reader: Reader,
  encoding: Encoding,
  context: Context,
  hear: (chunk: Buffer) => void,
): AsyncGenerator<string, undefined> | undefined {
  const stream = openTextStream(encoding);
  if (!stream) return undefined;
  return (async function* (): AsyncGenerator<string, undefined> {
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      context.budget.time();
      hear(chunk);
      yield stream.decode(chunk, false);
    }
    yield stream.decode(Buffer.alloc(0), true);
  })();
}
