import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** One request as it is sent, as often as it may be. */
export interface Sending {
  readonly method: string;
  /** A path, or a whole URL where the product gave one out. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What happens to a request on its way: part of its body is sent, or its sender leaves after a while. */
export type Damage =
  | { readonly kind: 'none' }
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'leave'; readonly afterMs: number };

/** An unreliable network to several API processes. */
export interface Wire {
  /** @returns nothing when no answer came */
  send(sending: Sending, damage: Damage, process: number): Promise<Answer | undefined>;
  /** How many were sent so far, broken ones included. */
  count(): number;
  /** How many were told that a dependency was not there: what such a request left behind, a collector finds. */
  countUnavailable(): number;
  close(): void;
}

const MAX_SOCKETS = 256;
const ANSWER_TIMEOUT_MS = 60_000;

/** Opens the network. */
export function openWire(urls: readonly string[]): Wire {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  let sent = 0;
  let unavailable = 0;
  return {
    count: () => sent,
    countUnavailable: () => unavailable,
    close: () => agent.destroy(),
    send: ({ method, path, headers, body }, damage, process) => {
      sent += 1;
      const url = new URL(path, urls[process % urls.length]);
      return new Promise((resolve) => {
        const length = { 'content-length': String(body.length) };
        const outgoing = request(url, { agent, method, headers: { ...headers, ...length } }, (incoming) => {
          let text = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          incoming.once('end', () => {
            if (text.includes('DEPENDENCY_UNAVAILABLE')) unavailable += 1;
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
          });
          incoming.once('error', () => resolve(undefined));
        });
        outgoing.setTimeout(ANSWER_TIMEOUT_MS, () => outgoing.destroy());
        outgoing.once('error', () => resolve(undefined));
        outgoing.once('close', () => resolve(undefined));
        if (damage.kind === 'cut' && body.length > 0) {
          const part = body.subarray(0, damage.afterBytes % body.length);
          outgoing.write(part, () => setImmediate(() => outgoing.destroy()));
          if (part.length === 0) outgoing.flushHeaders();
          return;
        }
        outgoing.end(body);
        if (damage.kind === 'leave') setTimeout(() => outgoing.destroy(), damage.afterMs);
      });
    },
  };
}
