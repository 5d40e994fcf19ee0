import { Agent, request, type OutgoingHttpHeaders } from 'node:http';

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Keeps the connections of everything that is sent. */
export const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request with a body that is in memory already: as little work as a client can have. */
export function send(
  method: string,
  url: string,
  headers: OutgoingHttpHeaders,
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method, headers: { ...headers, 'content-length': body.length } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        incoming.once('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text });
        });
        incoming.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
