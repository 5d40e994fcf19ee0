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

/** What went over the network so far. */
export interface WireCount {
  /** Broken ones included. */
  readonly sent: number;
  /** Without an answer that was read to its end. */
  readonly broken: number;
  /** Answered with the word that a dependency was not there. */
  readonly unavailable: number;
}

/** An unreliable network to several API processes. */
export interface Wire {
  /** @returns nothing when no answer came */
  send(sending: Sending, damage: Damage, process: number): Promise<Answer | undefined>;
  count(): WireCount;
  close(): void;
}

const MAX_SOCKETS = 256;
const ANSWER_TIMEOUT_MS = 60_000;

/** Opens the network. */
export function openWire(urls: readonly string[]): Wire {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const count = { sent: 0, broken: 0, unavailable: 0 };
  return {
    count: () => ({ ...count }),
    close: () => agent.destroy(),
    send: async (sending, damage, process) => {
      count.sent += 1;
      const url = new URL(sending.path, urls[process % urls.length]);
      const answer = await sendOnce(agent, url, sending, damage);
      if (!answer) count.broken += 1;
      else if (answer.text.includes('DEPENDENCY_UNAVAILABLE')) count.unavailable += 1;
      return answer;
    },
  };
}

const sendOnce = (
  agent: Agent,
  url: URL,
  { method, headers, body }: Sending,
  damage: Damage,
): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    const length = { 'content-length': String(body.length) };
    const outgoing = request(url, { agent, method, headers: { ...headers, ...length } }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.once('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      );
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
