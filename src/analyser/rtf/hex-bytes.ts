/** Bytes that are written as hexadecimal digits, a little at a time. */
export interface HexBytes {
  begin(): void;
  text(characters: string): void;
  /** Raw bytes between the digits. */
  bytes(bytes: Buffer): void;
  /** Something stands between the digits that no honest program writes there. */
  disturb(): void;
  /** All bytes; `null` when there are too many. */
  end(): Buffer | null;
  /** Whether something stood where it should not. */
  isOdd(): boolean;
}

/** Larger objects are not looked into. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Begins without digits. */
export function createHexBytes(): HexBytes {
  let pieces: Buffer[] = [];
  let count = 0;
  let digit = '';
  let isOdd = false;
  const add = (bytes: Buffer): void => {
    count += bytes.length;
    if (count <= MOST_BYTES) pieces.push(bytes);
    else pieces = [];
  };
  return {
    begin() {
      pieces = [];
      count = 0;
      digit = '';
      isOdd = false;
    },
    text(characters) {
      const digits =
        digit +
        characters.replace(/[^0-9a-f]+/gi, (other) => {
          if (/\S/.test(other)) isOdd = true;
          return '';
        });
      digit = digits.length % 2 === 1 ? digits.slice(-1) : '';
      add(Buffer.from(digits.slice(0, digits.length - digit.length), 'hex'));
    },
    bytes: add,
    disturb() {
      isOdd = true;
    },
    end: () => (count <= MOST_BYTES ? Buffer.concat(pieces) : null),
    isOdd: () => isOdd,
  };
}
