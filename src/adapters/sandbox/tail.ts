/** The last bytes of a file, kept from when an analyser says that it wants no others. */
export interface Tail {
  /** From now on so many of the last bytes are kept. */
  begin(bytes: number): void;
  /** Keeps what is wanted of a chunk; `false` while all of it is to be sent. */
  keep(chunk: Uint8Array): boolean;
  bytes(): Uint8Array;
}

/** Keeps nothing before `begin`. */
export function createTail(): Tail {
  let wanted: number | undefined;
  let kept: Buffer = Buffer.alloc(0);
  return {
    begin(bytes) {
      // The least that was asked for counts: what has been dropped cannot be had any more.
      wanted = Math.min(wanted ?? bytes, bytes);
    },
    keep(chunk) {
      if (wanted === undefined) return false;
      if (wanted === 0) kept = Buffer.alloc(0);
      else if (chunk.length >= wanted) kept = Buffer.from(chunk.subarray(chunk.length - wanted));
      else kept = Buffer.concat([kept.subarray(Math.max(0, kept.length + chunk.length - wanted)), chunk]);
      return true;
    },
    bytes: () => kept,
  };
}
