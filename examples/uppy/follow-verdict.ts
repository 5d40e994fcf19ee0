import { createClient } from 'graphql-ws';
import type { LazaretOptions } from './lazaret.js';

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

/** Tells what happens to a file until it is decided, over one WebSocket for all of them. */
export function followVerdicts({
  url,
  token,
}: LazaretOptions): (fileId: string, show: (progress: Progress) => void) => void {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 10,
    shouldRetry: () => true,
  });
  return (fileId, show) => {
    client.subscribe<{ uploadProgress: Progress }>(
      { query: PROGRESS, variables: { fileId } },
      {
        next: ({ data }) => {
          if (data) show(data.uploadProgress);
        },
        // What a file came to is told again by the next subscription.
        error: () => undefined,
        complete: () => undefined,
      },
    );
  };
}
