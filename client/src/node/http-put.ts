import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import {
  MAX_ANSWER_CHARACTERS,
  STALL_TIMEOUT_MS,
  type Platform,
  type PutAnswer,
  type PutRequest,
} from '../platform.js';

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Puts bytes over connections that are kept for the next part. */
export function createHttpPut(): Pick<Platform, 'put' | 'close'> {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  return {
    put: (request) => put(open(request, agents), request),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function open({ url, headers, body, signal }: PutRequest, agents: Agents): ClientRequest {
  const options = {
    method: 'PUT',
    headers: {
      ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
      // Stores refuse bodies of unknown length.
      'content-length': body.size,
    },
    timeout: STALL_TIMEOUT_MS,
    signal,
  };
  const request = url.startsWith('https:')
    ? httpsRequest(url, { ...options, agent: agents.https })
    : httpRequest(url, { ...options, agent: agents.http });
  return request.once('timeout', () => request.destroy(new DOMException('No byte moved.', 'TimeoutError')));
}

/** The answer may come before all bytes are taken: then it counts, and the rest is not sent. */
function put(request: ClientRequest, { body, onSent }: PutRequest): Promise<PutAnswer> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      read(response)
        .finally(() => request.writableFinished || request.destroy())
        .then(resolve, reject);
    });
    pipeline(body.stream() as AsyncIterable<Uint8Array>, counting(onSent), request).catch(reject);
  });
}

const counting = (onSent: PutRequest['onSent']) =>
  async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let sentBytes = 0;
    for await (const chunk of chunks) {
      yield chunk;
      sentBytes += chunk.byteLength;
      onSent(sentBytes);
    }
  };

async function read(response: IncomingMessage): Promise<PutAnswer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    if (text.length < MAX_ANSWER_CHARACTERS) text += chunk as string;
  }
  const header = (name: string): string | null => {
    const value = response.headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  };
  return { status: response.statusCode ?? 0, header, text };
}
