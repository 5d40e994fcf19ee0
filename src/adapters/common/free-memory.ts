/**
 * Gives the memory of a chunk back before the collector comes to it, so that the next chunk finds it warm: a fast sender
 * would else have tens of MiB lie about. Nobody can read the chunk afterwards. Memory that is not the chunk's alone stays.
 */
export function freeMemory(chunk: Uint8Array): void {
  const { buffer } = chunk;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength) buffer.transfer(0);
}
