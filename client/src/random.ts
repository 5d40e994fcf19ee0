/** 128 random bits in hexadecimal. Unlike `crypto.randomUUID`, also on pages without https. */
export const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A random whole number from 0 up to, but not including, the limit. */
export const randomBelow = (limit: number): number =>
  Math.floor(((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32) * limit);
