import { createHash } from 'node:crypto';
import { TransientError } from '../../domain/errors.js';
import type { Part } from '../../domain/file.js';
import type { Stage } from './stage.js';

/**
 * Compares parts that never passed through the API with the MD5 that the store listed for them: what is inspected is
 * what it had then. Other parts pass, and so do those without an MD5: the size and the hash of the whole decide.
 *
 * @param parts - all parts of the file, ascending
 */
export function createListedMd5Stage(parts: readonly Part[]): Stage {
  let index = 0;
  let restBytes = parts[0]?.sizeBytes ?? 0;
  let proof = proofOf(parts[0]);
  const endPart = (): void => {
    if (proof && proof.hash.digest('hex') !== proof.md5) throw changed(parts[index]);
    index += 1;
    restBytes = parts[index]?.sizeBytes ?? 0;
    proof = proofOf(parts[index]);
  };
  return {
    push(chunk) {
      for (let rest = chunk; rest.length > 0 && index < parts.length;) {
        const piece = rest.subarray(0, restBytes);
        proof?.hash.update(piece);
        restBytes -= piece.length;
        rest = rest.subarray(piece.length);
        if (restBytes === 0) endPart();
      }
    },
    // Whether every part has come is asked by the stage that knows them all.
    end: () => undefined,
  };
}

function proofOf(
  part: Part | undefined,
): { readonly hash: ReturnType<typeof createHash>; readonly md5: string } | undefined {
  if (part?.md5 === undefined || part.sha256 !== null) return undefined;
  return { hash: createHash('md5'), md5: part.md5 };
}

const changed = (part: Part | undefined): TransientError =>
  new TransientError('object-store', `Part ${String(part?.partNumber)} is not what the store had listed`);
