import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { ScanSession } from '../../ports/scanner.js';
import type { Stage } from './stage.js';

/** The scanner as a stage. Its deadlines and buffers are those of the scanner's adapter. */
export interface ScanStage extends Stage {
  /** Bytes that the scanner has taken. */
  scannedBytes(): number;
  /** Throws while there is none: no reply can never be read as a good one. */
  reply(): ScanReply;
}

/** Hands every chunk to a session that was just begun, and keeps its reply. */
export function createScanStage(session: ScanSession): ScanStage {
  let scannedBytes = 0;
  let reply: ScanReply | undefined;
  return {
    async push(chunk) {
      await session.write(chunk);
      scannedBytes += chunk.length;
    },
    async end() {
      reply = await session.finish();
    },
    abort: () => session.abort(),
    scannedBytes: () => scannedBytes,
    reply() {
      if (!reply) throw new TransientError('scanner', 'The scanner has not replied');
      return reply;
    },
  };
}
