import { withRetries } from '../api/retry.js';
import { badAnswer, hasCode } from '../api/upload-error.js';
import { CompleteUploadDocument } from '../generated/graphql.js';
import type { UploadDeps, UploadOptions } from '../upload-deps.js';
import { isOpen } from '../upload-snapshot.js';
import type { UploadState } from '../upload-state.js';
import type { BegunUpload } from './begin-upload.js';
import type { Gate } from './gate.js';
import { readLedger, type Ledger } from './ledger.js';
import { createPace } from './pace.js';
import { planParts, type PlannedPart } from './part-plan.js';
import { sendParts } from './send-parts.js';

/** Times that the service may say that parts are missing which it had acknowledged. */
const MAX_INCOMPLETE_ROUNDS = 3;
/** With more parts than this they are not named at completion: the request would grow beyond its limit. */
const MAX_NAMED_PARTS = 1_000;

/** One upload that is being sent. */
export interface Sending {
  readonly deps: UploadDeps;
  readonly options: UploadOptions;
  readonly begun: BegunUpload;
  readonly blob: Blob;
  readonly state: UploadState;
  readonly gate: Gate;
  /** Told that every byte of the file was acknowledged here. */
  readonly onAllSent: () => void;
  readonly signal: AbortSignal;
}

/**
 * Sends what is missing and completes the upload, in rounds: a pause ends a round, and the next one begins with
 * what the service says is missing. Does nothing when the service waits for no bytes any more.
 */
export async function sendUpload(sending: Sending): Promise<void> {
  const { deps, begun, state, gate, signal } = sending;
  let { ledger } = begun;
  let isFirst = ledger === undefined;
  for (let incomplete = 0; incomplete < MAX_INCOMPLETE_ROUNDS;) {
    await gate.pass(state, signal);
    if (!isFirst) ledger ??= await readLedger(deps, begun.fileId, signal);
    if (!isFirst && (ledger === undefined || !isOpen(ledger.state))) return;
    isFirst = false;
    const pause = gate.signal();
    try {
      const either = AbortSignal.any([signal, pause]);
      await deps.sendingTurns.run(either, () => sendRound(sending, ledger, either));
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!pause.aborted && !hasCode(error, 'UPLOAD_INCOMPLETE')) throw error;
      if (!pause.aborted) incomplete += 1;
    }
    ledger = undefined;
  }
  throw badAnswer('The service loses parts that it has acknowledged.');
}

async function sendRound(sending: Sending, ledger: Ledger | undefined, signal: AbortSignal): Promise<void> {
  const { deps, options, begun, blob, state, onAllSent } = sending;
  const parts = planParts(blob.size, begun.layout, ledger?.upload.missingPartNumbers);
  const etags = new Map(ledger?.upload.parts.map(({ partNumber, etag }) => [partNumber, etag]));
  const maxParallel = options.maxParallel ?? deps.maxParallel ?? deps.platform.maxParallel;
  const pace = createPace({ maxParallel });
  state.restart(blob.size - sizeOf(parts));
  state.change({ phase: 'sending' });
  const send = {
    ...deps,
    pace,
    blob,
    fileId: begun.fileId,
    hasChecksums: options.partChecksums !== false,
    onSent: state.sent,
    onArrived: (part: PlannedPart, etag: string | null): void => {
      if (etag !== null) etags.set(part.partNumber, etag);
      state.arrived(part.partNumber, part.end - part.start);
      remember(deps, pace.rate(), pace.limit());
    },
  };
  await sendParts(send, parts, begun.layout.partSizeBytes, signal);
  onAllSent();
  await complete(deps, begun, etags, signal);
}

const sizeOf = (parts: readonly PlannedPart[]): number =>
  parts.reduce((sum, { start, end }) => sum + (end - start), 0);

/** For the part size of the next upload. */
function remember({ measured }: UploadDeps, rate: number | undefined, connections: number): void {
  if (rate !== undefined) measured.connectionRate = rate / connections;
}

async function complete(
  deps: UploadDeps,
  { fileId, layout }: BegunUpload,
  etags: ReadonlyMap<number, string>,
  signal: AbortSignal,
): Promise<void> {
  const isKnown = etags.size === layout.partCount && layout.partCount <= MAX_NAMED_PARTS;
  const parts = [...etags].map(([partNumber, etag]) => ({ partNumber, etag }));
  parts.sort((a, b) => a.partNumber - b.partNumber);
  const input = { fileId, idempotencyKey: `complete-${fileId}`, ...(isKnown ? { parts } : {}) };
  await withRetries(deps, () => deps.transport.request(CompleteUploadDocument, { input }, signal), signal);
}
