import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** A body that is made while it is sent. */
export interface MadeBody {
  /** Of all chunks together. */
  readonly length: number;
  readonly chunks: Iterable<Buffer>;
}

/** Keeps the connections of everything that is sent. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request with a body that is in memory already, or of which the chunks are: as little work as a client can have. */
export function send(
  method: string,
  url: string,
  headers: OutgoingHttpHeaders,
  body: Buffer | MadeBody,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method, headers: { ...headers, 'content-length': body.length } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        incoming.once('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text, headers: incoming.headers });
        });
        incoming.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    if (Buffer.isBuffer(body)) outgoing.end(body);
    else void pipeline(Readable.from(body.chunks), outgoing).catch(reject);
  });
}
