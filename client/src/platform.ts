import type { Network } from './api/retry.js';

/** One PUT of bytes. */
export interface PutRequest {
  /** Of the service, or of the store behind it. */
  readonly url: string;
  /** To be sent exactly so. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Blob;
  /** Told how many bytes have left so far. */
  readonly onSent: (sentBytes: number) => void;
  readonly signal: AbortSignal;
}

/** The answer to a PUT. */
export interface PutAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** At most a few kilobytes of it. */
  readonly text: string;
}

/** How a question about possession is to be answered. */
export interface ProofKey {
  /** The key, in hexadecimal. */
  readonly challenge: string;
  /** How many bytes one tag covers. */
  readonly blockSizeBytes: number;
}

/** What is done in another way by browsers and by Node. */
export interface Platform {
  /**
   * Sends bytes, of which no more than a few chunks are in memory at a time. Gives up when no byte moves for
   * a minute; a wait for a connection does not count.
   *
   * @throws whatever connections throw, or the reason of the signal
   */
  readonly put: (request: PutRequest) => Promise<PutAnswer>;
  /**
   * SHA-256 in 64 lower-case hexadecimal digits.
   *
   * @throws when the bytes cannot be read, or the reason of the signal
   */
  readonly sha256: (bytes: Blob, signal: AbortSignal) => Promise<string>;
  /**
   * Proof that the bytes are at hand: HMAC-SHA256 over the HMACs of all blocks, in 64 lower-case hexadecimal
   * digits. Holds no more than one block in memory.
   *
   * @throws when the bytes cannot be read, or the reason of the signal
   */
  readonly prove: (bytes: Blob, key: ProofKey, signal: AbortSignal) => Promise<string>;
  readonly network: Network;
  /** Parts under way at a time, at most. */
  readonly maxParallel: number;
  /** Lets go what the platform holds, e.g. a worker; what it was asked and has not answered rejects. */
  readonly close: () => void;
}

/** No byte moves for so long: the connection is given up, in milliseconds. */
export const STALL_TIMEOUT_MS = 60_000;
/** Of an answer to a PUT, so much is read. */
export const MAX_ANSWER_CHARACTERS = 16_384;
