import type { TypeDetector } from '../../ports/type-detector.js';
import type { Stage } from './stage.js';

/** Keeps the first bytes, as many as the detector wants, and asks it at the end what they are. */
export function createTypeStage(types: TypeDetector): Stage & { mediaType(): string | null } {
  const sample = new Uint8Array(types.sampleBytes);
  let sampledBytes = 0;
  let mediaType: string | null = null;
  return {
    push(chunk) {
      const piece = chunk.subarray(0, sample.length - sampledBytes);
      sample.set(piece, sampledBytes);
      sampledBytes += piece.length;
    },
    async end() {
      mediaType = await types.detect(sample.subarray(0, sampledBytes));
    },
    /** `null` also before the end. */
    mediaType: () => mediaType,
  };
}
