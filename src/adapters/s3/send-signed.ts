import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { TransientError } from '../../domain/errors.js';
import { signHeaders, type RequestToSign, type SigningKey } from './presign.js';
import type { S3Connection } from './s3-connection.js';
import { DEPENDENCY, toStoreError } from './s3-error.js';

/** What the store said, whatever it was. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

const FIRST_PASSING_STATUS = 500;

/**
 * Makes a request that the client has no call for, with a small body or none. Must be safe to repeat.
 *
 * @throws TransientError when the store cannot answer
 */
export const sendSigned = (
  connection: S3Connection,
  key: SigningKey,
  request: RequestToSign,
  body?: string,
): Promise<RawAnswer> =>
  connection.retry(undefined, async () => {
    try {
      const { url, headers } = await signHeaders(key, request, body);
      const sent = connection.request(url.href, {
        method: request.method,
        headers: { ...Object.fromEntries(headers), 'content-length': Buffer.byteLength(body ?? '') },
        signal: AbortSignal.timeout(connection.timeouts.callMs),
      });
      sent.end(body);
      const [message] = (await once(sent, 'response')) as [IncomingMessage];
      const answer = { status: message.statusCode ?? 0, body: await text(message) };
      if (answer.status < FIRST_PASSING_STATUS) return answer;
    } catch (error) {
      throw toStoreError(error);
    }
    throw new TransientError(DEPENDENCY, 'The store answered with an error of its own.');
  });
