import { keepSubscribed } from '../api/keep-subscribed.js';
import { sleep } from '../api/retry.js';
import type { Transport } from '../api/transport.js';
import { UploadProgressDocument, type FileState } from '../generated/graphql.js';
import type { UploadDeps } from '../upload-deps.js';
import { isEnded, type UploadedFile, type UploadSnapshot } from '../upload-snapshot.js';
import { readLedger, type Ledger } from './ledger.js';

/** Wait between two looks at a file when nothing tells of it live, in milliseconds. */
const POLL_INTERVAL_MS = 1_000;
/** A live connection that tells nothing for so long may be held up by something on the way, in milliseconds. */
const QUIET_MS = 15_000;

/** What is heard of an upload from the service. */
export type Heard = Pick<
  UploadSnapshot,
  'stage' | 'receivedBytes' | 'scannedBytes' | 'queuePosition' | 'file'
> & { readonly stage: FileState; readonly file: UploadedFile };

/** How an upload is heard of. */
interface Line {
  /** Whether the live connection is lost, for now or for good. */
  isLost: boolean;
  /** Whether it is not made again. */
  isOver: boolean;
  /** When something was heard or asked, in milliseconds. */
  heardMs: number;
  last: Heard | undefined;
}

/**
 * Follows an upload to its end: live, and by asking while no live connection can be held or while it is quiet.
 *
 * @returns the file as it ended
 * @throws UploadError, or the reason of the signal
 */
export async function followUpload(
  deps: UploadDeps,
  fileId: string,
  onHeard: (heard: Heard) => void,
  signal: AbortSignal,
): Promise<UploadedFile> {
  const end = new AbortController();
  const either = AbortSignal.any([signal, end.signal]);
  const line: Line = { isLost: false, isOver: false, heardMs: performance.now(), last: undefined };
  let ended: UploadedFile | undefined;
  const hear = (heard: Heard): void => {
    line.heardMs = performance.now();
    // An answer may be older than what was told meanwhile.
    if (ended !== undefined || heard.file.version < (line.last?.file.version ?? 0)) return;
    line.last = heard;
    onHeard(heard);
    if (!isEnded(heard.stage)) return;
    ended = heard.file;
    end.abort();
  };
  const listening = listen(deps, fileId, line, hear, either);
  try {
    return await ask(deps, fileId, line, hear, either);
  } catch (error) {
    if (ended === undefined || signal.aborted) throw error;
    return ended;
  } finally {
    end.abort();
    await listening;
  }
}

/**
 * Whatever stands against a subscription is heard again, and told, when the service is asked: bytes go on without it, and
 * a connection also ends because its token has.
 */
async function listen(
  deps: UploadDeps,
  fileId: string,
  line: Line,
  hear: (heard: Heard) => void,
  signal: AbortSignal,
): Promise<void> {
  const onRetry = (): void => {
    line.isLost = true;
  };
  const note = (heard: Heard): void => {
    line.isLost = false;
    hear(heard);
  };
  const transport = sparing(deps.transport);
  await keepSubscribed(
    { ...deps, transport, onRetry },
    UploadProgressDocument,
    () => ({ fileId }),
    ({ uploadProgress }) => note(uploadProgress),
    signal,
  ).catch(() => undefined);
  [line.isLost, line.isOver] = [true, true];
}

/** Takes a place among the live connections only where one is free: asking needs none. */
const sparing = (transport: Transport): Transport =>
  transport.subscribeIfFree ? { ...transport, subscribe: transport.subscribeIfFree } : transport;

/** Looks at the file whenever nothing tells of it. */
async function ask(
  deps: UploadDeps,
  fileId: string,
  line: Line,
  hear: (heard: Heard) => void,
  signal: AbortSignal,
): Promise<UploadedFile> {
  for (;;) {
    await sleep(POLL_INTERVAL_MS, signal);
    if (!line.isLost && performance.now() - line.heardMs < QUIET_MS) continue;
    line.heardMs = performance.now();
    try {
      const file = await readLedger(deps, fileId, signal);
      if (file === undefined) continue;
      hear(heardOf(file, line));
      if (isEnded(file.state)) return file;
    } catch (error) {
      signal.throwIfAborted();
      // The live connection may come back by itself.
      if (line.isOver) throw error;
    }
  }
}

/** How far the inspection is, only the live connection tells. */
function heardOf(file: Ledger, { last, isLost }: Line): Heard {
  const isSame = last?.stage === file.state;
  return {
    stage: file.state,
    receivedBytes: file.upload.receivedBytes,
    scannedBytes: file.verdict?.scannedBytes ?? (isSame ? last.scannedBytes : 0),
    queuePosition: isSame && !isLost ? last.queuePosition : null,
    file,
  };
}
