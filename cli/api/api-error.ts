/** What an answer said beside its message. */
export interface ApiErrorDetail {
  /** Stable code of the error table, or `CONNECTION` when there was no answer. */
  readonly code: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** When to try again, in milliseconds from then. */
  readonly retryAfterMs?: number;
  /** To be given to whoever runs the service. */
  readonly correlationId?: string;
  /** The input field at fault. */
  readonly field?: string;
}

/** The service refused, failed, or could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    readonly detail: ApiErrorDetail,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether trying again makes sense. */
export const isRetryable = (error: unknown): boolean => error instanceof ApiError && error.detail.retryable;

type Extensions = Partial<Omit<ApiErrorDetail, 'code'>> & { readonly code?: string };

/** Reads the first error of a GraphQL answer. */
export function errorOfGraphQL(error: {
  readonly message: string;
  readonly extensions?: Extensions;
}): ApiError {
  return new ApiError(error.message, toDetail(error.extensions ?? {}, false));
}

/**
 * Reads an HTTP answer that is no success.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export async function errorOfResponse(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const problem = parseObject(text) as Extensions & {
    detail?: string;
    title?: string;
    errors?: readonly { message: string; extensions?: Extensions }[];
    error?: string;
    error_description?: string;
  };
  const [first] = problem.errors ?? [];
  if (first !== undefined) return errorOfGraphQL(first);
  const message = problem.detail ?? problem.error_description ?? problem.title ?? problem.error;
  const waitSeconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(message ?? `The service answered ${response.status} ${response.statusText}`.trim(), {
    ...toDetail({ code: `HTTP_${response.status}`, ...problem }, isTransientStatus(response.status)),
    ...(problem.retryAfterMs === undefined && waitSeconds >= 0 ? { retryAfterMs: waitSeconds * 1000 } : {}),
  });
}

/** Wraps what `fetch` or a socket throws when there was no answer. An abort stays what it is. */
export function errorOfConnection(error: unknown, url: string): unknown {
  if (error instanceof ApiError || (error instanceof Error && error.name === 'AbortError')) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: string } | undefined)?.code;
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause));
  return new ApiError(
    code === 'ECONNREFUSED' ? `Nothing answers at ${url}.` : `The connection to ${url} failed: ${reason}.`,
    { code: code === 'ECONNREFUSED' ? 'NOT_RUNNING' : 'CONNECTION', retryable: true },
    { cause: error },
  );
}

const isTransientStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500;

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const toDetail = (given: Extensions, retryable: boolean): ApiErrorDetail => ({
  code: given.code ?? 'UNKNOWN',
  retryable: given.retryable ?? retryable,
  ...(given.retryAfterMs === undefined ? {} : { retryAfterMs: given.retryAfterMs }),
  ...(given.correlationId === undefined ? {} : { correlationId: given.correlationId }),
  ...(given.field === undefined ? {} : { field: given.field }),
});
