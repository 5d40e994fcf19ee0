import type { TypedDocumentString } from '../generated/graphql.js';

/** An operation with the types of its answer and of its variables. */
export type Operation<Data, Variables> = TypedDocumentString<Data, Variables>;

/** Carries operations to the service and answers back. Retries are not its business. */
export interface Transport {
  /**
   * Sends a query or a mutation once.
   *
   * @throws UploadError, or the reason of the signal
   */
  request<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Data>;
  /**
   * Subscribes once; resolves when the service completes the subscription.
   *
   * @throws UploadError when it is refused or lost, or the reason of the signal
   */
  subscribe<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    onItem: (item: Data) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * As `subscribe`, and refuses at once when all places that uploads may take are taken. Absent where there are
   * always more places than uploads.
   *
   * @throws UploadError with RATE_LIMITED when there is no place
   */
  readonly subscribeIfFree?: Transport['subscribe'];
  /** Lets the connections go. */
  close(): Promise<void>;
}
