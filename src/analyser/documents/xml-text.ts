/** The encodings of XML that every parser must know. @see https://www.w3.org/TR/xml/#sec-guessing */
const MARKS: readonly (readonly [begin: string, encoding: string])[] = [
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
  ['3c00', 'utf-16le'],
  ['003c', 'utf-16be'],
];

/** Decodes XML chunk by chunk, by the encoding that its first bytes show. */
export function createXmlDecoder(): (chunk: Buffer) => string {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    if (decoder) return decoder.decode(chunk, { stream: true });
    held = Buffer.concat([held, chunk]);
    if (held.length < 2) return '';
    const begin = held.toString('hex', 0, 2);
    decoder = new TextDecoder(MARKS.find(([mark]) => mark === begin)?.[1] ?? 'utf-8');
    return decoder.decode(held, { stream: true });
  };
}

const REFERENCE = /&#(?:x([\da-f]{1,8})|(\d{1,10}));/gi;

/** Text with the characters that it names by their numbers. */
export const resolveReferences = (text: string): string =>
  text.replace(REFERENCE, (reference, hexadecimal?: string, decimal?: string) => {
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : reference;
  });

/** The rest of a tag behind its name: a value may hold what looks like its end, and no `<` may stand in it. */
export const ATTRIBUTES = /(?:[^<>"']|"[^"<]*"|'[^'<]*')*/.source;
