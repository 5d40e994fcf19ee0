/**
 * Copies bytes into memory that other threads may see. `TypedArray.set` does that word by word with atomic stores and
 * takes six times as long; filling a stretch with bytes of its own length is one plain copy. Whoever reads them has to
 * be told afterwards, by a message.
 */
export function copyIntoShared(target: Buffer, source: Uint8Array, offset: number): void {
  if (source.byteLength > 0) target.fill(source, offset, offset + source.byteLength);
}
