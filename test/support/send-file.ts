import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { granted, type ApiClient, type FileView, type SignedPartView } from './api-client.js';

const PUT_TIMEOUT_MS = 60_000;
const VERDICT_TIMEOUT_MS = 60_000;
const FIRST_POLL_MS = 50;
/** Who asks more often keeps what it waits for from its work. */
const LONGEST_POLL_MS = 200;
const UNDECIDED = ['PENDING', 'RECEIVING', 'SCANNING'];

/** SHA-256 in hexadecimal digits. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The bytes of one part. */
export const sliceOf = (bytes: Buffer, partSizeBytes: number, partNumber: number): Buffer =>
  bytes.subarray((partNumber - 1) * partSizeBytes, partNumber * partSizeBytes);

/** PUTs bytes to a signed URL with exactly the headers that belong to it. */
export const putPart = ({ url, headers }: SignedPartView, bytes: Uint8Array): Promise<Response> =>
  fetch(url, {
    method: 'PUT',
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    body: Uint8Array.from(bytes),
    signal: AbortSignal.timeout(PUT_TIMEOUT_MS),
  });

/** Signs and sends every part, the last one first, all at the same time; the etags by part number. */
export async function sendParts(
  client: ApiClient,
  fileId: string,
  bytes: Buffer,
  partSizeBytes: number,
): Promise<{ partNumber: number; etag: string }[]> {
  const count = Math.ceil(bytes.length / partSizeBytes);
  if (count === 0) return [];
  const wanted = Array.from({ length: count }, (_, index) => {
    const partNumber = count - index;
    return { partNumber, sha256: sha256(sliceOf(bytes, partSizeBytes, partNumber)) };
  });
  const { parts } = granted(await client.signUploadParts({ fileId, parts: wanted }));
  return Promise.all(
    parts.map(async (part) => {
      const response = await putPart(part, sliceOf(bytes, partSizeBytes, part.partNumber));
      if (!response.ok) throw new Error(`Part ${part.partNumber}: ${await response.text()}`);
      return { partNumber: part.partNumber, etag: response.headers.get('etag') ?? '' };
    }),
  );
}

/** Brings a whole file in, up to the answer of `completeUpload`. */
export async function sendFile(client: ApiClient, bytes: Buffer, input: object = {}): Promise<FileView> {
  const created = granted(await client.createUpload({ name: 'sent.bin', sizeBytes: bytes.length, ...input }));
  const fileId = created.file.id;
  await sendParts(client, fileId, bytes, created.transfer.partSizeBytes);
  return granted(await client.completeUpload({ fileId })).file;
}

/** Waits for the verdict, or whatever else ends the file. */
export async function untilDecided(
  client: ApiClient,
  fileId: string,
  timeoutMs = VERDICT_TIMEOUT_MS,
): Promise<FileView> {
  const look = async (): Promise<FileView | null> => granted(await client.file(fileId));
  const file = await eventually(look, (seen) => seen !== null && !UNDECIDED.includes(seen.state), timeoutMs);
  if (file === null) throw new Error('Only what is there is waited for.');
  return file;
}

/** Waits until something holds; what it was last when it does not come. */
export async function eventually<T>(
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  timeoutMs = VERDICT_TIMEOUT_MS,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  let pollMs = FIRST_POLL_MS;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > until) throw new Error(`It did not come true: ${JSON.stringify(seen)}`);
    await sleep(pollMs);
    pollMs = Math.min(pollMs * 1.2, LONGEST_POLL_MS);
  }
}
