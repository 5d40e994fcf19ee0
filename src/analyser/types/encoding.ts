/** Turns bytes of one encoding into characters, chunk by chunk. */
export interface TextStream {
  decode(bytes: Buffer, isLast: boolean): string;
}

/** An encoding that we read: a label of the Encoding standard, or UTF-32, which no browser reads and some parsers do. */
export type Encoding = string;

const MARKS: readonly (readonly [mark: string, encoding: Encoding])[] = [
  ['fffe0000', 'utf-32le'],
  ['0000feff', 'utf-32be'],
  ['3c000000', 'utf-32le'],
  ['0000003c', 'utf-32be'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
  ['efbbbf', 'utf-8'],
];

/**
 * The encoding that the first bytes show: by a byte order mark, or by how a first `<` is written.
 *
 * @see XML 1.0, appendix F.1
 */
export function encodingOfMark(head: Buffer): Encoding | undefined {
  const hex = head.toString('hex', 0, 4);
  const marked = MARKS.find(([mark]) => hex.startsWith(mark));
  if (marked) return marked[1];
  if (head[0] === 0x3c && head[1] === 0 && head[3] === 0) return 'utf-16le';
  return head[0] === 0 && head[1] === 0x3c && head[2] === 0 ? 'utf-16be' : undefined;
}

/** Begins to decode; `undefined` for an encoding that nobody here knows. */
export function openTextStream(encoding: Encoding): TextStream | undefined {
  const label = encoding.trim().toLowerCase();
  if (label === 'utf-32le' || label === 'utf-32be') return openUtf32(label === 'utf-32le');
  try {
    const decoder = new TextDecoder(label);
    return { decode: (bytes, isLast) => decoder.decode(bytes, { stream: !isLast }) };
  } catch {
    return undefined;
  }
}

function openUtf32(isLittle: boolean): TextStream {
  let kept: Buffer = Buffer.alloc(0);
  return {
    decode(bytes) {
      const all = Buffer.concat([kept, bytes]);
      let text = '';
      const end = all.length - (all.length % 4);
      for (let at = 0; at < end; at += 4) {
        const code = isLittle ? all.readUInt32LE(at) : all.readUInt32BE(at);
        if (code !== 0xfeff || text !== '') text += code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
      }
      kept = all.subarray(end);
      return text;
    },
  };
}
