import { createHash } from 'node:crypto';
import type { Stage } from './stage.js';

/** Computes the SHA-256 of all bytes. */
export function createHashStage(): Stage & { sha256(): string } {
  const hash = createHash('sha256');
  let digest = '';
  return {
    push: (chunk) => void hash.update(chunk),
    end: () => void (digest = hash.digest('hex')),
    /** 64 lower-case hexadecimal digits; empty before the end. */
    sha256: () => digest,
  };
}
