/** Bytes that the addresses, the offsets and the lengths of direct writes are multiples of: what any block device takes. */
export const ALIGNMENT_BYTES = 4096;

/** The types of Node leave it out. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => {
    readonly buffer: ArrayBufferLike;
  };
};
const WASM_PAGE_BYTES = 64 * 1024;

/** Memory that is known to begin at a multiple of `ALIGNMENT_BYTES`. */
const alignedMemory = new WeakSet<ArrayBufferLike>();

/**
 * Allocates memory that begins at a page. Node promises that of no buffer; the memory of WebAssembly does so by
 * its nature. For large pieces: it is rounded up to 64 KiB.
 *
 * @returns plain memory where the process may not reserve as much address space as WebAssembly wants
 */
export const allocateAligned = (sizeBytes: number): Buffer => allocate(sizeBytes, false);

/** The same, seen by other threads. The collector does not know how large it is: only for what is kept, or rare. */
export const allocateAlignedShared = (sizeBytes: number): Buffer => allocate(sizeBytes, true);

function allocate(sizeBytes: number, isShared: boolean): Buffer {
  const pages = Math.ceil(sizeBytes / WASM_PAGE_BYTES);
  try {
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isShared });
    alignedMemory.add(buffer);
    return Buffer.from(buffer, 0, sizeBytes);
  } catch {
    return Buffer.allocUnsafeSlow(sizeBytes);
  }
}

/** Whether the address of the bytes is a multiple of `ALIGNMENT_BYTES`. */
export const isAligned = (bytes: Uint8Array): boolean =>
  bytes.byteOffset % ALIGNMENT_BYTES === 0 && alignedMemory.has(bytes.buffer);

/** How many of the first bytes make whole blocks. */
export const wholeBlocks = ({ byteLength }: Uint8Array): number =>
  byteLength - (byteLength % ALIGNMENT_BYTES);
