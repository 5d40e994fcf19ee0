import { createHash, type Hash } from 'node:crypto';
import { TransientError } from '../../domain/errors.js';
import type { Part } from '../../domain/file.js';
import type { Stage } from './stage.js';

/**
 * Compares every part with its checksum in the ledger, so that bytes that changed in the store are found
 * also where nobody declared a checksum of the whole.
 *
 * @param parts - all parts of the file, ascending; one without a checksum is let through
 */
export function createLedgerStage(parts: readonly Part[]): Stage {
  let index = 0;
  let restBytes = parts[0]?.sizeBytes ?? 0;
  let hash = createHash('sha256');
  const checkPart = (part: Part): void => {
    if (part.sha256 !== null && hash.digest('hex') !== part.sha256) throw changed(part);
    index += 1;
    restBytes = parts[index]?.sizeBytes ?? 0;
    hash = createHash('sha256');
  };
  const take = (part: Part, bytes: Uint8Array): void => {
    if (part.sha256 !== null) update(hash, bytes);
    restBytes -= bytes.length;
    if (restBytes === 0) checkPart(part);
  };
  return {
    push(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        const part = parts[index];
        if (!part) throw unlike();
        const piece = rest.subarray(0, restBytes);
        take(part, piece);
        rest = rest.subarray(piece.length);
      }
    },
    end() {
      if (index < parts.length) throw unlike();
    },
  };
}

const update = (hash: Hash, bytes: Uint8Array): void => void hash.update(bytes);

const changed = ({ partNumber }: Part): TransientError =>
  new TransientError('object-store', `Part ${String(partNumber)} is not what was received`);

const unlike = (): TransientError =>
  new TransientError('object-store', 'The staged object is not made of the parts of the ledger');
