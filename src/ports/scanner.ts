import type { ScanReply } from '../domain/verdict.js';

/** One stream on its way through a scanner. Exactly one of `finish` and `abort` ends it. */
export interface ScanSession {
  /** Name and version, e.g. `ClamAV 1.4.6`. */
  readonly engine: string;
  /** Version of the definitions that this scan uses. */
  readonly definitionsVersion: string;
  /** Resolves when the scanner can take more; throws `TransientError` when it stalls or closes. */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Ends the stream and waits for the reply. Throws `TransientError` for silence, early close, garbage and
   * errors of the scanner: none of them is a reply.
   */
  finish(): Promise<ScanReply>;
  /** Gives the stream up. Never throws. */
  abort(): void;
}

/** What a scanner says of itself. */
export interface ScannerStatus {
  readonly engine: string;
  readonly definitionsVersion: string;
  /** When the definitions were built, where the scanner tells. */
  readonly definitionsBuiltAt: Date | null;
}

/** Judges streams of bytes. A new session may go to any of several scanners. */
export interface Scanner {
  /** Longest stream that it can judge; longer ones are never clean. */
  readonly maxStreamBytes: number;
  /** Opens a session. Throws `TransientError` when no scanner can be reached. */
  begin(signal?: AbortSignal): Promise<ScanSession>;
  /** Asks a scanner for its versions. Throws `TransientError` when none answers. */
  status(signal?: AbortSignal): Promise<ScannerStatus>;
}
