import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, ApiError, ApiOutcome } from '../api-client.js';
import type { LiveSource } from '../watch-live.js';
import type { UploadPlan } from './plan.js';

/** What a client was told about one file, which must hold whatever happens afterwards. */
export interface Told {
  readonly plan: UploadPlan;
  fileId: string | undefined;
  /** The etags of which the ledger must have one, for every part that was acknowledged. */
  readonly parts: Map<number, readonly string[]>;
  /** Acknowledged, once or more often. */
  isCompleted: boolean;
  isCancelled: boolean;
  isDeleted: boolean;
  /** A request without an answer was not repeated: its effect may be there or not. */
  isUncertain: boolean;
  /** Bytes from the beginning that a sender of tus was told are there. */
  receivedBytes: number;
  /** Given out while the file was clean. */
  readonly downloadUrls: string[];
}

/** Where a run takes place. */
export interface Scene {
  /** A client of each API process, for each tenant. */
  readonly clients: Readonly<Record<'acme' | 'globex', readonly ApiClient[]>>;
  /** Called for each file as soon as its client knows its id. */
  readonly created: ((told: Told) => void)[];
  /** Notes a broken guarantee. */
  readonly violate: (what: string) => void;
}

/** A client gives up after this long without an answer, which is a violation. */
const PATIENCE_MS = 120_000;
const RETRY_MS = 100;

/** Begins with nothing told. */
export const nothingTold = (plan: UploadPlan): Told => ({
  plan,
  fileId: undefined,
  parts: new Map(),
  isCompleted: false,
  isCancelled: false,
  isDeleted: false,
  isUncertain: false,
  receivedBytes: 0,
  downloadUrls: [],
});

/**
 * Asks again and again, each time another API process, until there is an answer that says yes or no.
 *
 * @param about - for the report
 */
export async function persist<T>(
  { clients, violate }: Scene,
  { tenant, label }: UploadPlan,
  about: string,
  request: (client: ApiClient) => Promise<ApiOutcome<T>>,
): Promise<ApiOutcome<T>> {
  const until = performance.now() + PATIENCE_MS;
  let last: unknown;
  for (let tries = label.length; performance.now() < until; tries += 1) {
    const client = clients[tenant][tries % clients[tenant].length];
    if (!client) break;
    const outcome = await request(client).catch((error: unknown) => void (last = error));
    if (outcome?.ok === true) return outcome;
    if (outcome?.error.extensions.code === 'INTERNAL') {
      violate(`${label}: ${about}: ${explain(outcome.error)}`);
    }
    if (outcome && isFinal(outcome.error)) return outcome;
    last = outcome?.error ?? last;
    await sleep(RETRY_MS);
  }
  throw new Error(
    `${label}: ${about}: no answer for ${PATIENCE_MS} ms, last ${JSON.stringify(last)} ${String(last)}`,
  );
}

const isFinal = ({ extensions: { retryable, code } }: ApiError): boolean => !retryable && code !== 'INTERNAL';

/** For the report. */
export const explain = ({ message, extensions }: ApiError): string =>
  `${extensions.code} (${message}) ${extensions.correlationId}`;

/** Every way to subscribe as the tenant, one transport after the other. */
export const sourcesOf = ({ clients }: Scene, tenant: 'acme' | 'globex'): LiveSource[] =>
  clients[tenant].flatMap(({ url, token }) => [
    { transport: 'ws' as const, url, token },
    { transport: 'sse' as const, url, token },
  ]);
