import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Upload } from 'tus-js-client';
import { stretchesOf, unlike } from './bytes.js';
import { accessToken } from './graphql.js';
import { send } from './http.js';
import { inParallel } from './in-parallel.js';

/** Large uploads, each in one request. */
export interface TusJob {
  readonly url: string;
  /** Of all together. */
  readonly sizeBytes: number;
  readonly parallel: number;
  readonly isProduct: boolean;
}

const METADATA = `filename ${Buffer.from('bench.bin').toString('base64')}`;
const OFFSET_TYPE = { 'content-type': 'application/offset+octet-stream' };

/**
 * Sends as many uploads at once as asked. Each says that it has one byte more than it sends, so that nothing is
 * inspected while the transfer is measured; all are ended afterwards.
 */
export async function sendTus({ url, sizeBytes, parallel, isProduct }: TusJob): Promise<string[]> {
  const headers = await headersFor(url, isProduct);
  const size = Math.floor(sizeBytes / parallel);
  const locations: string[] = [];
  await inParallel(parallel, parallel, async () => {
    const location = await create(url, headers, size + 1);
    locations.push(location);
    await append(location, headers, size);
  });
  return locations;
}

/** Ends uploads. */
export async function endTus({ url, locations, isProduct }: EndJob): Promise<void> {
  const headers = await headersFor(url, isProduct);
  for (const location of locations) await exchange('DELETE', location, headers, 0);
}

/** Uploads to end. */
export interface EndJob {
  readonly url: string;
  readonly locations: readonly string[];
  readonly isProduct: boolean;
}

/** Sends the same bytes to a server that only writes them. */
export const sendPlainStreams = ({ url, sizeBytes, parallel }: TusJob): Promise<void> =>
  inParallel(parallel, parallel, async () => {
    await exchange('PUT', url, {}, Math.floor(sizeBytes / parallel));
  });

/** Small files, each unlike the others, created and then sent, as clients of tus do. */
export async function sendSmallTus(job: TusJob & { readonly count: number }): Promise<void> {
  const headers = await headersFor(job.url, job.isProduct);
  await inParallel(job.count, job.parallel, async () => {
    const location = await create(job.url, headers, job.sizeBytes);
    await append(location, headers, job.sizeBytes, [unlike(job.sizeBytes)]);
  });
}

/** A file on disk that tus-js-client sends. */
export interface TusClientJob {
  readonly url: string;
  readonly file: string;
  readonly chunkSize?: number;
  readonly parallelUploads?: number;
}

/** Sends a file with tus-js-client. @returns the id of the file */
export async function sendByTusClient({ url, file, ...options }: TusClientJob): Promise<string> {
  const headers = await headersFor(url, true);
  return new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(file), {
      endpoint: `${url}/uploads`,
      headers,
      metadata: { filename: 'bench.bin' },
      retryDelays: [0, 500, 1_000, 2_000],
      onError: reject,
      onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
      ...options,
    });
    upload.start();
  });
}

/** Makes the file. @returns its SHA-256 */
export async function makeFile({ file, sizeBytes }: { file: string; sizeBytes: number }): Promise<string> {
  const handle = await open(file, 'w');
  await pipeline(Readable.from(stretchesOf(sizeBytes)), handle.createWriteStream());
  const hash = createHash('sha256');
  for (const chunk of stretchesOf(sizeBytes)) hash.update(chunk);
  return hash.digest('hex');
}

type Headers = Readonly<Record<string, string>>;

const headersFor = async (url: string, isProduct: boolean): Promise<Headers> => ({
  'tus-resumable': '1.0.0',
  ...(isProduct ? { authorization: `Bearer ${await accessToken(url)}` } : {}),
});

async function create(url: string, headers: Headers, sizeBytes: number): Promise<string> {
  const fields = { ...headers, 'upload-length': String(sizeBytes), 'upload-metadata': METADATA };
  const answer = await exchange('POST', `${url}/uploads`, fields, 0);
  return new URL(answer.location ?? '', url).href;
}

const append = (
  location: string,
  headers: Headers,
  sizeBytes: number,
  chunks?: Iterable<Buffer>,
): Promise<IncomingHttpHeaders> =>
  exchange('PATCH', location, { ...headers, ...OFFSET_TYPE, 'upload-offset': '0' }, sizeBytes, chunks);

/** One request that succeeds, whose body is by default made of stretches. */
async function exchange(
  method: string,
  url: string,
  headers: Headers,
  sizeBytes: number,
  chunks: Iterable<Buffer> = stretchesOf(sizeBytes),
): Promise<IncomingHttpHeaders> {
  const body = sizeBytes === 0 ? Buffer.alloc(0) : { length: sizeBytes, chunks };
  const answer = await send(method, url, headers, body);
  if (answer.status >= 300) throw new Error(`${method} was answered with ${String(answer.status)}`);
  return answer.headers;
}
