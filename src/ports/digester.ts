/** What is wanted of a body beside the SHA-256 of all of it. */
export interface DigestWishes {
  /** Whether MACs of parts are wanted. @default false */
  readonly isDivided?: boolean;
  /** Bytes of the blocks whose MACs are wanted. */
  readonly blockBytes?: number | undefined;
}

/** Computes the SHA-256 of bodies, and the MACs of their parts and blocks, while the bytes pass. */
export interface Digester {
  /**
   * Begins with a body.
   *
   * @param sizeBytes - what will come; decides where it is computed, not what
   */
  begin(sizeBytes: number, wishes?: DigestWishes): Digest;
}

/** What is computed of one body. */
export interface Digest {
  /**
   * Takes the next bytes, which may be used again once it has returned or resolved. What lies in a `SharedArrayBuffer` is
   * not copied.
   */
  update(bytes: Uint8Array): Promise<void> | void;
  /** Begins a part here: what comes from now on is in its MAC too. Throws where the body is not divided. */
  beginPart(key: Uint8Array): void;
  /** The MAC of the part, as `createPartMac` writes it. Throws `PermanentError` where none was begun. */
  endPart(): Promise<string>;
  /**
   * The random key, then the MAC of each block, as `macOfBlock` makes it: 32 lower-case hexadecimal digits each. Only
   * once, after all bytes and before `finish`; empty where no blocks were wished for.
   */
  endBlocks(): Promise<string>;
  /** The SHA-256 of everything, 64 lower-case hexadecimal digits. */
  finish(): Promise<string>;
  /** Gives up; also after the end, where it does nothing. */
  abort(): void;
}
