/** What RTF is made of. @see Rich Text Format Specification 1.9.1 */
export interface RtfListener {
  open(): void;
  close(): void;
  /** A control word, or a control symbol, with its number where it has one. */
  word(name: string, value: number | undefined): void;
  /** Characters that are text, or digits of hexadecimal data. Line ends are none. */
  text(characters: string): void;
  /** Raw bytes behind `\bin`. */
  bytes(bytes: Buffer): void;
}

/** Hears RTF chunk by chunk. */
export interface RtfTokens {
  hear(chunk: Buffer): void;
  /** Nothing follows: what was begun is complete. */
  end(): void;
}

/** Programs stop at names that are longer, so nothing hides behind one. */
const MOST_WORD_CHARACTERS = 320;
const MOST_RAW_BYTES = 0x7f_ff_ff_ff;
const TEXT_END = /[\\{}\r\n]/g;

/** Begins with RTF that nothing was heard of. A chunk may end anywhere: what is begun waits for the next. */
export function createRtfTokens(listener: RtfListener): RtfTokens {
  let kept = '';
  let rawBytes = 0;
  return {
    end() {
      const text = `${kept} `;
      if (kept !== '') step(text, 0, listener);
      kept = '';
    },
    hear(chunk) {
      const raw = chunk.subarray(0, rawBytes);
      if (raw.length > 0) listener.bytes(raw);
      rawBytes -= raw.length;
      // One flat string: a pattern takes far longer in one that is joined.
      const text = Buffer.concat([Buffer.from(kept, 'latin1'), chunk.subarray(raw.length)]).toString(
        'latin1',
      );
      kept = '';
      for (let at = 0; at < text.length;) {
        const next = step(text, at, listener);
        if (next === undefined) {
          kept = text.slice(at);
          return;
        }
        at = next.at;
        if (next.rawBytes === 0) continue;
        const bytes = Buffer.from(text.slice(at, at + next.rawBytes), 'latin1');
        if (bytes.length > 0) listener.bytes(bytes);
        rawBytes = next.rawBytes - bytes.length;
        at += bytes.length;
      }
    },
  };
}

interface Step {
  readonly at: number;
  readonly rawBytes: number;
}

/** Takes one token; `undefined` where it may go on in the next chunk. */
function step(text: string, at: number, listener: RtfListener): Step | undefined {
  const character = text[at];
  if (character === '{') listener.open();
  else if (character === '}') listener.close();
  else if (character === '\\') return stepControl(text, at, listener);
  else if (character !== '\r' && character !== '\n') {
    TEXT_END.lastIndex = at;
    const end = TEXT_END.exec(text)?.index ?? text.length;
    listener.text(text.slice(at, end));
    return { at: end, rawBytes: 0 };
  }
  return { at: at + 1, rawBytes: 0 };
}

const CONTROL = /\\(?:([a-z]+)(-?\d+)?( ?)|'([0-9a-f]{2})|([^a-z]))/iy;

function stepControl(text: string, at: number, listener: RtfListener): Step | undefined {
  // A word is complete when something else follows it.
  const isNear = text.length - at < MOST_WORD_CHARACTERS;
  CONTROL.lastIndex = at;
  const match = CONTROL.exec(text);
  const end = match ? CONTROL.lastIndex : at + 2;
  if (isNear && (end >= text.length || !match || isCutOff(text, at))) return undefined;
  const [, word, value, , hex, symbol] = match ?? [];
  if (word !== undefined) {
    const number = value === undefined ? undefined : Number(value);
    listener.word(word, number);
    return { at: end, rawBytes: word === 'bin' ? rawBytesOf(number) : 0 };
  }
  if (hex !== undefined) listener.word("'", Number.parseInt(hex, 16));
  else if (symbol !== undefined) listener.word(symbol, undefined);
  return { at: end, rawBytes: 0 };
}

/** What is no length that a program would take hides nothing: it is read on as text. */
const rawBytesOf = (number = 0): number => (number > 0 && number <= MOST_RAW_BYTES ? number : 0);

/** `\'` needs two digits behind it. */
const isCutOff = (text: string, at: number): boolean => text[at + 1] === "'" && text.length < at + 4;
