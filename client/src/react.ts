import type { ApolloClient } from '@apollo/client';
import { getApolloContext } from '@apollo/client/react';
import { useCallback, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { PageOptions } from './browser.js';
import { browserPlatform } from './browser/browser-platform.js';
import { workerBeside } from './browser/hasher.js';
import { indexedDbStore } from './browser/indexed-db-store.js';
import { apolloTransport } from './react/apollo-transport.js';
import type { Upload } from './upload.js';
import { joinClient, type UploadClient } from './upload-client.js';
import type { UploadOptions } from './upload-deps.js';
import type { UploadedFile, UploadPhase, UploadSnapshot } from './upload-snapshot.js';
import { NEW_SNAPSHOT } from './upload-snapshot.js';
import { openBlob } from './upload-source.js';

/** What a client over Apollo is told. */
export interface ApolloUploadClientOptions extends PageOptions {
  /** Names the service among those whose unfinished uploads are remembered. @default 'apollo' */
  readonly scope?: string | undefined;
}

/** Uploads files from a page that has an Apollo Client; subscriptions need a link that carries them. */
export function createApolloUploadClient(
  apollo: ApolloClient,
  options: ApolloUploadClientOptions = {},
): UploadClient<Blob> {
  const { store = indexedDbStore(), createWorker = workerBeside, scope = 'apollo' } = options;
  return joinClient(
    {
      transport: apolloTransport(apollo),
      platform: browserPlatform(createWorker),
      store: store ?? undefined,
      scope,
      open: (source) => openBlob(source),
    },
    options,
  );
}

/** An upload as a component sees it. */
export interface UseUpload {
  /** `idle` before the first file. */
  readonly phase: UploadPhase | 'idle';
  readonly snapshot: UploadSnapshot;
  /** Begins at once, in place of whatever this hook did before; what was under way is stopped. */
  readonly upload: (file: Blob, options?: UploadOptions) => Promise<UploadedFile>;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Gives the upload up for good. */
  readonly cancel: () => Promise<void>;
}

const clients = new WeakMap<ApolloClient, UploadClient<Blob>>();

function clientOf(apollo: ApolloClient): UploadClient<Blob> {
  const client = clients.get(apollo) ?? createApolloUploadClient(apollo);
  clients.set(apollo, client);
  return client;
}

function uploadsOf(
  client: UploadClient<Blob> | undefined,
  apollo: ApolloClient | undefined,
): UploadClient<Blob> {
  if (client !== undefined) return client;
  if (apollo !== undefined) return clientOf(apollo);
  throw new Error('useUpload needs a client, or an ApolloProvider above it.');
}

const nothing = (): void => undefined;

/**
 * One upload at a time, live, over the Apollo Client of the page. When the component goes, the upload is
 * stopped; the same file goes on where it was.
 *
 * @param client - @default one over the Apollo Client of the nearest provider; with it no provider is needed
 */
export function useUpload(client?: UploadClient<Blob>): UseUpload {
  const { client: apollo } = useContext(getApolloContext());
  const uploads = uploadsOf(client, apollo);
  const [current, setCurrent] = useState<Upload>();
  const stopLast = useRef<() => void>(nothing);
  useEffect(() => () => stopLast.current(), []);

  const upload = useCallback(
    (file: Blob, options: UploadOptions = {}): Promise<UploadedFile> => {
      stopLast.current();
      const stop = new AbortController();
      stopLast.current = () => stop.abort();
      const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
      const begun = uploads.upload(file, { ...options, signal });
      setCurrent(begun);
      return begun.result;
    },
    [uploads],
  );
  const snapshot = useSyncExternalStore(
    useCallback((listener) => current?.subscribe(listener) ?? nothing, [current]),
    () => current?.snapshot() ?? NEW_SNAPSHOT,
    () => NEW_SNAPSHOT,
  );
  const controls = useMemo(
    () => ({
      pause: () => current?.pause(),
      resume: () => current?.resume(),
      cancel: async () => current?.cancel(),
    }),
    [current],
  );
  return { phase: current === undefined ? 'idle' : snapshot.phase, snapshot, upload, ...controls };
}

export { hasCode, UploadError } from './api/upload-error.js';
export type { UploadClient } from './upload-client.js';
export type { UploadOptions } from './upload-deps.js';
export type { UploadedFile, UploadPhase, UploadSnapshot } from './upload-snapshot.js';
