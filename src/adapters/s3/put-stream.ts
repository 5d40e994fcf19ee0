import type { ClientRequest, IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { S3Error } from 'minio';
import { PermanentError, TransientError } from '../../domain/errors.js';
import type { S3Connection } from './s3-connection.js';
import { DEPENDENCY, isFull, NoAnswerError, toStoreError } from './s3-error.js';

/** Where bytes go: an object, or with a query a part of an upload. */
export interface PutTarget {
  readonly bucket: string;
  readonly key: string;
  readonly query: Record<string, string>;
}

/** How long to wait for a store that does not know `Expect` before sending anyway. */
const CONTINUE_WAIT_MS = 1_000;
const OK = 200;

/**
 * Streams a body of known size to the store. The store is asked first, so that a refusal or a dead
 * connection costs no byte of the body and can be tried again.
 *
 * @returns the etag, without quotes
 * @throws what the body failed with, `PermanentError` when it has another size, or an error of the store
 */
export async function putStream(
  connection: S3Connection,
  target: PutTarget,
  sizeBytes: number,
  body: Readable,
  signal?: AbortSignal,
): Promise<string> {
  // Until the body is piped nobody listens to it; what it fails with then comes out of the pipeline.
  const ignore = (): void => undefined;
  body.on('error', ignore);
  try {
    const opened = await connection.retry(signal, () => open(connection, target, sizeBytes, signal));
    return await send(opened, sizeBytes, body, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    body.off('error', ignore);
  }
}

interface OpenRequest {
  readonly request: ClientRequest;
  readonly response: Promise<IncomingMessage>;
}

async function open(
  connection: S3Connection,
  { bucket, key, query }: PutTarget,
  sizeBytes: number,
  signal?: AbortSignal,
): Promise<OpenRequest> {
  try {
    // RFC 9110 section 10.1.1: "A 100-continue expectation informs recipients that the client is about to
    // send (presumably large) content in this request".
    const request = connection.request(await connection.presign(bucket, key, query), {
      method: 'PUT',
      headers: { 'content-length': sizeBytes, ...(sizeBytes > 0 && { expect: '100-continue' }) },
      ...(signal && { signal }),
    });
    const response = once(request, 'response').then(([message]) => message as IncomingMessage);
    response.catch(() => undefined);
    endStalls(request, connection.timeouts.stallMs);
    request.flushHeaders();
    if (sizeBytes > 0) await untilWanted(request, response, connection.timeouts.callMs);
    return { request, response };
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Resolves when the store asks for the body, or says nothing for a while; throws its refusal. */
async function untilWanted(
  request: ClientRequest,
  response: Promise<IncomingMessage>,
  deadlineMs: number,
): Promise<void> {
  const waited = new AbortController();
  const { signal } = waited;
  const timer = setTimeout(() => {
    request.destroy(new NoAnswerError());
  }, deadlineMs);
  try {
    const asked = once(request, 'continue', { signal }).then(() => undefined);
    const early = await Promise.race([asked, silence(request, signal), response]);
    if (early && early.statusCode !== OK) throw await refusalOf(early);
  } catch (error) {
    request.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    waited.abort();
  }
}

/** Resolves a while after the request went out. */
async function silence(request: ClientRequest, signal: AbortSignal): Promise<undefined> {
  const [socket] = (await once(request, 'socket', { signal })) as [Socket];
  if (socket.connecting) await once(socket, 'connect', { signal });
  await delay(CONTINUE_WAIT_MS, undefined, { signal });
}

async function send(
  { request, response }: OpenRequest,
  sizeBytes: number,
  body: Readable,
  signal?: AbortSignal,
): Promise<string> {
  const culprit = watchForCulprit(request, body);
  const answer = response.then(async (message) => {
    if (message.statusCode !== OK) throw await refusalOf(message);
    return etagOf(message);
  });
  // A refusal while the body is on its way ends it.
  answer.catch((error: unknown) => request.destroy(toStoreError(error)));
  try {
    await pipeline(body, createMeter(sizeBytes), request, signal ? { signal } : {});
  } catch (error) {
    request.destroy();
    throw culprit() === 'store' ? toStoreError(error) : error;
  }
  return answer.catch((error: unknown) => {
    throw toStoreError(error);
  });
}

/** A pipeline ends all its streams with one error: who had it first is known only by watching. */
function watchForCulprit(request: ClientRequest, body: Readable): () => 'store' | 'body' | undefined {
  let culprit: 'store' | 'body' | undefined;
  request.once('error', () => (culprit ??= 'store'));
  body.once('error', () => (culprit ??= 'body'));
  body.once('close', () => {
    if (!body.readableEnded) culprit ??= 'body';
  });
  return () => culprit;
}

async function etagOf(message: IncomingMessage): Promise<string> {
  await text(message);
  const etag = message.headers.etag?.replaceAll('"', '');
  if (!etag) throw new TransientError(DEPENDENCY, 'The store took the bytes but named no etag.');
  return etag;
}

/** Counts, and fails before the last byte that would make a wrong body look complete. */
function createMeter(sizeBytes: number): Transform {
  let seen = 0;
  const wrongSize = (): PermanentError =>
    new PermanentError(
      DEPENDENCY,
      `The body does not have the ${String(sizeBytes)} bytes that were announced.`,
    );
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.byteLength;
      if (seen > sizeBytes) done(wrongSize());
      else done(null, chunk);
    },
    flush(done) {
      done(seen === sizeBytes ? null : wrongSize());
    },
  });
}

/** Ends a request whose connection is idle while the store, and not the body, is the one to act. */
function endStalls(request: ClientRequest, stallMs: number): void {
  request.setTimeout(stallMs, () => {
    const isStoresTurn = request.writableNeedDrain || request.writableEnded || !request.headersSent;
    if (isStoresTurn) request.destroy(new TransientError(DEPENDENCY, 'The store stalled.'));
  });
}

/** The error that an answer other than 200 stands for. */
async function refusalOf(message: IncomingMessage): Promise<Error> {
  const xml = await text(message).catch(() => '');
  const status = message.statusCode ?? 0;
  const code = /<Code>([A-Za-z.]+)<\/Code>/.exec(xml)?.[1] ?? `status ${String(status)}`;
  const isUnwell = isPassing(status) && !isFull(code);
  return Object.assign(new S3Error(`status ${String(status)}`), { code: isUnwell ? '' : code });
}

/** Statuses of a store that is busy or unwell, whatever else it says. */
const isPassing = (status: number): boolean => status >= 500 || status === 429 || status === 408;
