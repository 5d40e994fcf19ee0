import type { UploadProgress } from '../api/operations.js';

/** How far the current stage of an upload is. */
export interface StageView {
  readonly label: string;
  /** Bytes of the file that went through the stage. */
  readonly doneBytes: number;
}

/** Reads the stage that an upload is in, in words. */
export function stageOf({ stage, receivedBytes, scannedBytes, queuePosition }: UploadProgress): StageView {
  switch (stage) {
    case 'PENDING':
    case 'RECEIVING':
      return { label: 'sending', doneBytes: receivedBytes };
    case 'SCANNING':
      if (scannedBytes > 0) return { label: 'scanning', doneBytes: scannedBytes };
      return { label: queuePosition ? `queued, ${queuePosition} before it` : 'queued', doneBytes: 0 };
    default:
      return { label: stage, doneBytes: scannedBytes };
  }
}
