/** Computes the SHA-256 of bodies and the MACs of their parts while the bytes pass. */
export interface Digester {
  /**
   * Begins with a body.
   *
   * @param sizeBytes - what will come; decides where it is computed, not what
   * @param isDivided - whether MACs of parts are wanted
   */
  begin(sizeBytes: number, isDivided: boolean): Digest;
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
  /** The SHA-256 of everything, 64 lower-case hexadecimal digits. */
  finish(): Promise<string>;
  /** Gives up; also after the end, where it does nothing. */
  abort(): void;
}
