/** libbzip2, compiled for any machine; a package that has no types. */
declare module 'bzip2-wasm' {
  class BZip2 {
    init(): Promise<void>;
    /** @param mostBytes - that the outcome may have */
    compress(content: Uint8Array, level: number, mostBytes: number): Uint8Array;
  }
  export = BZip2;
}
