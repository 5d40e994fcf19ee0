import { createClient, type Client } from 'graphql-ws';
import pLimit from 'p-limit';

/** Where the service is, and who asks. */
export interface FollowOptions {
  /** Without a slash at the end. */
  readonly url: string;
  /** A valid access token; asked for each connection. */
  readonly token: () => Promise<string>;
}

/** How far the inspection of a file is. */
export interface Progress {
  readonly stage: string;
  readonly scannedBytes: number;
  readonly file: {
    readonly name: string;
    readonly sizeBytes: number;
    readonly sha256: string | null;
    readonly verdict: {
      readonly reason: string | null;
      readonly findings: readonly { readonly code: string; readonly detail: string }[];
    } | null;
  };
}

const PROGRESS = `subscription ($fileId: ID!) {
  uploadProgress(fileId: $fileId) {
    stage
    scannedBytes
    file { name sizeBytes sha256 verdict { reason findings { code detail } } }
  }
}`;

/** The service refuses more than a hundred subscriptions of one connection, and other pages may share it. */
const MAX_FOLLOWED = 50;
/** Before what was refused for a reason that passes is asked for again. */
const REPEAT_MS = 3_000;

/**
 * Tells what happens to a file until it is decided, over one WebSocket for all of them. Of many that wait for their
 * inspection some are followed; the others have their turn as these are decided.
 *
 * @returns a function that resolves when the file is decided, and throws why it cannot be followed
 */
export function followVerdicts({
  url,
  token,
}: FollowOptions): (fileId: string, show: (progress: Progress) => void) => Promise<void> {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 10,
    shouldRetry: () => true,
  });
  const turns = pLimit(MAX_FOLLOWED);
  return (fileId, show) => turns(() => untilDecided(client, fileId, show));
}

async function untilDecided(
  client: Client,
  fileId: string,
  show: (progress: Progress) => void,
): Promise<void> {
  for (;;) {
    try {
      const told = client.iterate<{ uploadProgress: Progress }>({ query: PROGRESS, variables: { fileId } });
      for await (const { data } of told) if (data) show(data.uploadProgress);
      return;
    } catch (error) {
      if (isRefusal(error)) throw new Error(error[0]?.message, { cause: error });
      // What a file came to is told again by the next subscription.
      await new Promise((resolve) => setTimeout(resolve, REPEAT_MS));
    }
  }
}

/** Refusals come as a list of errors; anything else is a lost connection. */
const isRefusal = (error: unknown): error is readonly Refusal[] =>
  Array.isArray(error) && error.every(({ extensions }: Refusal) => extensions?.retryable !== true);

interface Refusal {
  readonly message: string;
  readonly extensions?: { readonly retryable?: boolean };
}
