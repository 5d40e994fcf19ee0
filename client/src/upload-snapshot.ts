import type { UploadError } from './api/upload-error.js';
import type { FileDetailsFragment, FileState } from './generated/graphql.js';

/** A file as the service describes it, with its verdict once there is one. */
export type UploadedFile = FileDetailsFragment;

/** What this side is doing about an upload. */
export type UploadPhase =
  /** The file is opened, and the upload created or found again. */
  | 'preparing'
  | 'sending'
  | 'paused'
  /** All bytes are there; the service inspects them. */
  | 'inspecting'
  /** The service has come to an end with the file: see `stage`. */
  | 'ended'
  /** Gave up: see `problem`. What was sent stays, and the upload can be taken up again. */
  | 'failed'
  /** Its signal aborted. What was sent stays, and the upload can be taken up again. */
  | 'stopped'
  /** Given up for good by `cancel`. */
  | 'cancelled';

/** One look at an upload. */
export interface UploadSnapshot {
  readonly phase: UploadPhase;
  /** Where the file stands at the service. */
  readonly stage: FileState;
  readonly fileId: string | undefined;
  readonly name: string;
  readonly sizeBytes: number;
  /** Bytes that have left, those under way included; falls when a part must be sent again. */
  readonly sentBytes: number;
  /** Bytes that the service has and has verified; never falls. */
  readonly receivedBytes: number;
  /** Bytes that the inspection has read. */
  readonly scannedBytes: number;
  /** How many wait before it for the inspection; null when it does not wait. */
  readonly queuePosition: number | null;
  /** The service had the bytes already, so that nothing was sent. */
  readonly alreadyStored: boolean;
  /** Over the last seconds; 0 when nothing moves. */
  readonly bytesPerSecond: number;
  /** The last thing that went wrong, while it is tried again, and for good when the phase is `failed`. */
  readonly problem: UploadError | undefined;
  /** Once the service has told of it. */
  readonly file: UploadedFile | undefined;
}

/** What nobody has begun yet. */
export const NEW_SNAPSHOT: UploadSnapshot = {
  phase: 'preparing',
  stage: 'PENDING',
  fileId: undefined,
  name: '',
  sizeBytes: 0,
  sentBytes: 0,
  receivedBytes: 0,
  scannedBytes: 0,
  queuePosition: null,
  alreadyStored: false,
  bytesPerSecond: 0,
  problem: undefined,
  file: undefined,
};

/** Whether the service waits for bytes. */
export const isOpen = (state: FileState): boolean => state === 'PENDING' || state === 'RECEIVING';

/** Whether it ended without an inspection, so that not all bytes need be there. */
export const isGivenUp = (state: FileState): boolean =>
  state === 'CANCELLED' || state === 'EXPIRED' || state === 'DELETED';

/** Whether nothing more happens to the upload. */
export const isEnded = (state: FileState): boolean => !isOpen(state) && state !== 'SCANNING';
