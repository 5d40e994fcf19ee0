import { TransientError } from '../../domain/errors.js';
import type { Stage } from './stage.js';

/** Lets exactly as many bytes pass as the upload has; more or fewer means that the store is wrong. */
export function createCountStage(sizeBytes: number): Stage {
  let counted = 0;
  return {
    push(chunk) {
      counted += chunk.length;
      if (counted > sizeBytes) throw new TransientError('object-store', 'The staged object is too long');
    },
    end() {
      if (counted < sizeBytes) throw new TransientError('object-store', 'The staged object is cut off');
    },
  };
}
