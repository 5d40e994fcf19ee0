import { keepSubscribed } from '../api/keep-subscribed.js';
import { sleep } from '../api/retry.js';
import type { Transport } from '../api/transport.js';
import { UploadProgressDocument, type FileState } from '../generated/graphql.js';
import type { UploadDeps } from '../upload-deps.js';
import { isEnded, type UploadedFile, type UploadSnapshot } from '../upload-snapshot.js';
import { readLedger } from './ledger.js';

/** Wait between two looks at a file when nothing tells of it live, in milliseconds. */
const POLL_INTERVAL_MS = 1_000;

/** What is heard of an upload from the service. */
export type Heard = Pick<
  UploadSnapshot,
  'stage' | 'receivedBytes' | 'scannedBytes' | 'queuePosition' | 'file'
> & { readonly stage: FileState; readonly file: UploadedFile };

/**
 * Follows an upload to its end: live, and where no live connection can be held, by asking.
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
  let ended: UploadedFile | undefined;
  const hear = (heard: Heard): void => {
    onHeard(heard);
    if (!isEnded(heard.stage)) return;
    ended = heard.file;
    end.abort();
  };
  try {
    await keepSubscribed(
      { ...deps, transport: sparing(deps.transport) },
      UploadProgressDocument,
      () => ({ fileId }),
      ({ uploadProgress }) => hear(uploadProgress),
      AbortSignal.any([signal, end.signal]),
    );
  } catch {
    // Whatever stands against a subscription is heard again, and told, when the service is asked.
    signal.throwIfAborted();
  }
  return ended ?? poll(deps, fileId, onHeard, signal);
}

/** Takes a place among the live connections only where one is free: asking needs none. */
const sparing = (transport: Transport): Transport =>
  transport.subscribeIfFree ? { ...transport, subscribe: transport.subscribeIfFree } : transport;

async function poll(
  deps: UploadDeps,
  fileId: string,
  onHeard: (heard: Heard) => void,
  signal: AbortSignal,
): Promise<UploadedFile> {
  for (;;) {
    const file = await readLedger(deps, fileId, signal);
    if (file !== undefined) {
      const { state: stage, verdict, upload } = file;
      const scannedBytes = verdict?.scannedBytes ?? 0;
      onHeard({ stage, receivedBytes: upload.receivedBytes, scannedBytes, queuePosition: null, file });
      if (isEnded(stage)) return file;
    }
    await sleep(POLL_INTERVAL_MS, signal);
  }
}
