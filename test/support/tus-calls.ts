import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Sends one request of the tus protocol, with its version and a token. */
export type TusCall = (
  method: string,
  path: string,
  headers?: Record<string, string>,
  body?: Uint8Array | ReadableStream<Uint8Array>,
) => Promise<Response>;

/** Speaks tus by hand, for what no client of it would send. */
export const tusCalls =
  (url: string, token: string): TusCall =>
  (method, path, headers = {}, body) =>
    fetch(path.startsWith('http') ? path : `${url}${path}`, {
      method,
      headers: {
        'tus-resumable': '1.0.0',
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/offset+octet-stream' } : {}),
        ...headers,
      },
      ...(body ? { body: body as RequestInit['body'] & {} } : {}),
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });

/** `Upload-Metadata` of some pairs. */
export const uploadMetadata = (pairs: Record<string, string>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** `Upload-Checksum` of some bytes. */
export const uploadChecksum = (algorithm: 'sha1' | 'sha256' | 'md5', bytes: Uint8Array): string =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`;

const MAX_TRIES = 10;

/** Creates an upload and answers the path of it. */
export async function createTusUpload(
  call: TusCall,
  sizeBytes: number,
  headers: Record<string, string> = {},
): Promise<string> {
  const create = (): Promise<Response> =>
    call('POST', '/uploads', {
      'upload-length': String(sizeBytes),
      'upload-metadata': uploadMetadata({ filename: 'a file.bin' }),
      ...headers,
    });
  let answer = await create();
  // A busy machine asks its clients to come again.
  for (let tries = 0; answer.status === 503 && tries < MAX_TRIES; tries += 1) {
    await sleep(Number(answer.headers.get('retry-after')) * 1_000);
    answer = await create();
  }
  if (answer.status !== 201) throw new Error(`Not created: ${answer.status} ${await answer.text()}`);
  return new URL(answer.headers.get('location') ?? '').pathname;
}

/** The offset of an upload, as a HEAD request is told. */
export async function offsetOf(call: TusCall, path: string): Promise<number> {
  const answer = await call('HEAD', path);
  if (answer.status !== 200) throw new Error(`No offset: ${answer.status}`);
  return Number(answer.headers.get('upload-offset'));
}
