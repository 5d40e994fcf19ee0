import { randomBytes } from 'node:crypto';

/** What the bytes of a measurement are like. */
export type Kind = 'random' | 'text';

const MIB = 1024 * 1024;
/** Bytes that are made once and sent again and again. */
const POOL_BYTES = 64 * MIB;
const CHUNK_BYTES = 256 * 1024;
const WORDS = [
  'cargo',
  'harbour',
  'manifest',
  'quarantine',
  'the',
  'of',
  'and',
  'vessel',
  'inspected',
  'clean',
];
const LINE_WORDS = 12;
/** As many as make two equal ones unthinkable. */
const HEAD_BYTES = 32;
const pools = new Map<Kind, Buffer>();

/** A buffer of which stretches are sent; made before anything is measured. */
export function poolOf(kind: Kind): Buffer {
  const known = pools.get(kind);
  if (known) return known;
  const made = kind === 'random' ? randomBytes(POOL_BYTES) : text();
  pools.set(kind, made);
  return made;
}

/** Some stretch of the pool; equal for equal numbers. */
export function stretch(kind: Kind, number: number, sizeBytes: number): Buffer {
  const pool = poolOf(kind);
  const places = Math.max(1, Math.floor(pool.length / sizeBytes));
  const start = (number % places) * sizeBytes;
  return pool.subarray(start, start + sizeBytes);
}

/** Stretches of the pool that make up so many bytes. */
export function* stretchesOf(sizeBytes: number): Generator<Buffer> {
  for (let sent = 0, index = 0; sent < sizeBytes; sent += CHUNK_BYTES, index += 1) {
    yield stretch('random', index, CHUNK_BYTES).subarray(0, sizeBytes - sent);
  }
}

/** Bytes that no file before had, and that compress as badly as random ones: nobody who knows those judges these. */
export function unlike(sizeBytes: number): Buffer {
  const bytes = Buffer.from(stretch('random', 0, sizeBytes));
  randomBytes(Math.min(HEAD_BYTES, sizeBytes)).copy(bytes);
  return bytes;
}

function text(): Buffer {
  const choices = randomBytes(MIB);
  const words = Array.from(choices, (byte, index) => {
    const word = WORDS[byte % WORDS.length] ?? '';
    return index % LINE_WORDS === LINE_WORDS - 1 ? `${word}\n` : `${word} `;
  });
  const sample = Buffer.from(words.join(''));
  return Buffer.alloc(POOL_BYTES, sample);
}
