import { IncomingMessage } from 'node:http';
import { addAbortSignal, finished, Transform, type Readable } from 'node:stream';
import { PermanentError, TransientError } from '../../domain/errors.js';
import type { ByteRange, OpenObject } from '../../ports/object-store.js';
import { checkKey, type S3, type StoredRef } from './buckets.js';
import { DEPENDENCY, isMissing, toStoreError } from './s3-error.js';

/** Bytes that wait for a slow reader. */
const READ_BUFFER_BYTES = 256 * 1024;

/** Opens an object; `undefined` when there is none. */
export async function openObject(
  { connection, bucketOf }: S3,
  ref: StoredRef,
  range?: ByteRange,
  signal?: AbortSignal,
): Promise<OpenObject | undefined> {
  const bucket = bucketOf(ref.area);
  const key = checkKey(ref.key);
  checkRange(range);
  try {
    const response = await connection.open(signal, (client) =>
      range
        ? client.getPartialObject(bucket, key, range.start, range.end - range.start + 1)
        : client.getObject(bucket, key),
    );
    if (!(response instanceof IncomingMessage)) throw otherBytes();
    const { sizeBytes, expectedBytes } = readSizes(response, range);
    const body = guardBody(response, expectedBytes, connection.timeouts.stallMs);
    return { sizeBytes, body: signal ? addAbortSignal(signal, body) : body };
  } catch (error) {
    if (isMissing(error, 'NoSuchKey', 'NotFound')) return undefined;
    throw error;
  }
}

function checkRange(range: ByteRange | undefined): void {
  if (range === undefined) return;
  const { start, end } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start > end) throw outside();
}

function readSizes(
  response: IncomingMessage,
  range: ByteRange | undefined,
): { readonly sizeBytes: number; readonly expectedBytes: number } {
  const expectedBytes = Number(response.headers['content-length'] ?? NaN);
  const [, start, end, total] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers['content-range'] ?? '') ?? [];
  const isAnswer = range
    ? Number(start) === range.start && Number(end) <= range.end && expectedBytes > 0
    : Number.isSafeInteger(expectedBytes);
  if (!isAnswer) {
    response.destroy();
    throw otherBytes();
  }
  if (range && Number(end) !== range.end) {
    response.destroy();
    throw outside();
  }
  return { sizeBytes: range ? Number(total) : expectedBytes, expectedBytes };
}

const otherBytes = (): TransientError =>
  new TransientError(DEPENDENCY, 'The store answered with other bytes than asked for.');

const outside = (): PermanentError =>
  new PermanentError(DEPENDENCY, 'The range does not lie within the object.');

/** Lets the bytes of an answer through; too few, too many or none for too long are an error of the stream. */
function guardBody(response: IncomingMessage, expectedBytes: number, stallMs: number): Readable {
  let seen = 0;
  const truncated = (): TransientError =>
    new TransientError(DEPENDENCY, `The store sent ${String(seen)} bytes of ${String(expectedBytes)}.`);
  const body = new Transform({
    highWaterMark: READ_BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.byteLength;
      done(seen > expectedBytes ? truncated() : null, chunk);
    },
    flush(done) {
      done(seen === expectedBytes ? null : truncated());
    },
  });
  const watch = watchStalls(body, () => seen, stallMs);
  finished(response, { writable: false }, (error) => {
    if (error) body.destroy(seen < expectedBytes ? truncated() : toStoreError(error));
  });
  body.once('close', () => {
    clearInterval(watch);
    response.destroy();
  });
  return response.pipe(body);
}

/** A stall is the store's when the reader has taken all that came and still nothing comes. */
function watchStalls(body: Transform, seen: () => number, stallMs: number): NodeJS.Timeout {
  let last = -1;
  const tick = (): void => {
    const isReadersTurn = body.readableLength > 0;
    if (!isReadersTurn && !body.writableEnded && seen() === last) {
      body.destroy(new TransientError(DEPENDENCY, 'The store stalled.'));
    }
    last = isReadersTurn ? -1 : seen();
  };
  return setInterval(tick, stallMs).unref();
}
