import type { UploadSnapshot } from '../../client/src/node.js';

/** What of an upload is shown. */
export type ShownProgress = Pick<UploadSnapshot, 'stage' | 'sentBytes' | 'scannedBytes' | 'queuePosition'>;

/** How far the current stage of an upload is. */
export interface StageView {
  readonly label: string;
  /** Bytes of the file that went through the stage. */
  readonly doneBytes: number;
}

/** Reads the stage that an upload is in, in words. */
export function stageOf({ stage, sentBytes, scannedBytes, queuePosition }: ShownProgress): StageView {
  switch (stage) {
    case 'PENDING':
    case 'RECEIVING':
      return { label: 'sending', doneBytes: sentBytes };
    case 'SCANNING':
      if (scannedBytes > 0) return { label: 'scanning', doneBytes: scannedBytes };
      return { label: queuePosition ? `queued, ${queuePosition} before it` : 'queued', doneBytes: 0 };
    default:
      return { label: stage, doneBytes: scannedBytes };
  }
}
