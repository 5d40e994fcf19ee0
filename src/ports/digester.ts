/** Computes SHA-256 while bytes pass. */
export interface Digester {
  /**
   * Begins with a body.
   *
   * @param sizeBytes - what will come; decides where it is computed, not what
   * @param isDivided - whether digests of pieces are wanted beside that of the whole
   */
  begin(sizeBytes: number, isDivided: boolean): Digest;
}

/** The digests of one body. Each is 64 lower-case hexadecimal digits. */
export interface Digest {
  /** Takes the next bytes, which may be used again once it has returned or resolved. */
  update(bytes: Uint8Array): Promise<void> | void;
  /**
   * The digest of what came since the last cut.
   *
   * @throws PermanentError when the body is not divided
   */
  cut(): Promise<string>;
  /** The digest of everything. */
  finish(): Promise<string>;
  /** Gives up; also after the end, where it does nothing. */
  abort(): void;
}
