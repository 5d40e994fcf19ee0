/** An ordinary file, as somebody would upload it. */
export interface Sample {
  readonly name: string;
  /** As a browser declares it; `null` where it knows none. */
  readonly declaredType: string | null;
  readonly bytes: Buffer;
}

/** Makes a sample. */
export const sample = (name: string, declaredType: string | null, bytes: Buffer | string): Sample => ({
  name,
  declaredType,
  bytes: Buffer.from(bytes),
});

/** Numbers as they stand in files. */
export const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

/** @see u16 */
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** The same, with the highest byte first. */
export const be32 = (value: number): Buffer => u32(value).swap32();

/** @see be32 */
export const be16 = (value: number): Buffer => u16(value).swap16();

/** Bytes that look like chance and are the same each time, as compressed pictures and sounds are. */
export function noise(count: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(count);
  let state = seed;
  for (let at = 0; at < count; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}
