import { fileTypeFromBuffer } from 'file-type';
import type { TypeDetector } from '../../ports/type-detector.js';

/** What file-type asks for to recognise every format that it knows. */
const SAMPLE_BYTES = 4_100;

/** Recognises media types by their magic bytes; text has none and stays unknown. */
export function createFileTypeDetector(): TypeDetector {
  return {
    sampleBytes: SAMPLE_BYTES,
    async detect(head) {
      try {
        return (await fileTypeFromBuffer(head))?.mime ?? null;
      } catch {
        // A sample that ends in the middle of a structure is not an error of ours: its kind is just not known.
        return null;
      }
    },
  };
}
