import { UploadError, type UploadErrorCategory, type UploadErrorCode } from './upload-error.js';

/** An HTTP answer, whoever fetched it. */
export interface HttpAnswer {
  readonly status: number;
  /** Value of a header, or null. */
  readonly header: (name: string) => string | null;
  readonly text: string;
}

/** One entry of `errors` in a GraphQL answer. */
export interface AnsweredError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Reads the first error of a GraphQL answer. */
export const errorOfGraphQL = ({ message, extensions }: AnsweredError): UploadError =>
  new UploadError(message, detailOf(extensions ?? {}, {}));

/**
 * Reads an HTTP answer that is no success: a problem of the service, an error of the token endpoint, or
 * whatever a store or a proxy says.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function errorOfAnswer(answer: HttpAnswer): UploadError {
  const body = parseObject(answer.text);
  const [first] = Array.isArray(body['errors']) ? (body['errors'] as unknown[]) : [];
  const error = objectOf(first);
  const said = [error['message'], body['detail'], body['error_description'], body['title'], body['error']];
  const message = said.find((text) => typeof text === 'string') ?? `The answer was ${answer.status}.`;
  return new UploadError(
    message,
    detailOf(first === undefined ? body : objectOf(error['extensions']), answer),
  );
}

/**
 * Wraps what fetching throws when there was no answer. An abort, and what is an error of ours already, stay
 * what they are.
 */
export function errorOfConnection(error: unknown, url: string): unknown {
  if (error instanceof UploadError || nameOf(error) === 'AbortError') return error;
  if (nameOf(error) === 'NotReadableError') return unreadable(error);
  if (nameOf(error) === 'TimeoutError') {
    const detail = { code: 'TIMEOUT', category: 'connection', retryable: true } as const;
    return new UploadError(`${url} did not answer in time.`, detail, { cause: error });
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const isAbsent = code === 'ECONNREFUSED';
  const said = textOf((cause as { message?: unknown } | undefined)?.message);
  const reason = textOf(code) ?? (said === undefined || said === '' ? 'no answer' : said);
  return new UploadError(
    isAbsent ? `Nothing answers at ${url}.` : `The connection to ${url} failed: ${reason}.`,
    { code: isAbsent ? 'NOT_RUNNING' : 'CONNECTION', category: 'connection', retryable: true },
    { cause: error },
  );
}

/** The file vanished, was altered, or may not be read. */
export const unreadable = (
  cause: unknown,
  message = 'The file changed or vanished while it was read.',
): UploadError =>
  new UploadError(message, { code: 'FILE_UNREADABLE', category: 'client', retryable: false }, { cause });

const nameOf = (error: unknown): unknown => (error as { name?: unknown } | null | undefined)?.name;

function detailOf(
  said: Readonly<Record<string, unknown>>,
  { status, header }: Partial<HttpAnswer>,
): ConstructorParameters<typeof UploadError>[1] {
  const isPassing = status !== undefined && (status === 408 || status === 429 || status >= 500);
  const known = typeof said['code'] === 'string' ? (said['code'] as UploadErrorCode) : undefined;
  return {
    code: known ?? (status === undefined ? 'UNKNOWN' : `HTTP_${status}`),
    category: (textOf(said['category']) as UploadErrorCategory | undefined) ?? categoryOf(status),
    retryable: typeof said['retryable'] === 'boolean' ? said['retryable'] : isPassing,
    retryAfterMs: waitMsOf(said['retryAfterMs'], header?.('retry-after')),
    correlationId: textOf(said['correlationId']) ?? header?.('x-request-id') ?? undefined,
    field: textOf(said['field']),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function categoryOf(status = 500): UploadErrorCategory {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429 || status === 503) return 'limit';
  return status < 500 ? 'user' : 'internal';
}

/** RFC 9110, section 10.2.3: Retry-After is a number of seconds or a date. */
function waitMsOf(exact: unknown, field: string | null | undefined): number | undefined {
  if (typeof exact === 'number') return exact;
  if (field === null || field === undefined || field.trim() === '') return undefined;
  const seconds = Number(field);
  const ms = Number.isNaN(seconds) ? Date.parse(field) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}
