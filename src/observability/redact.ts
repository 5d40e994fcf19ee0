import { stdSerializers } from 'pino';

/** What stands where something was taken out. */
export const REDACTED = '[redacted]';

/** Deepest level that is looked into; below it nothing is logged at all. */
const MAX_DEPTH = 6;
/** Most entries of one object or list that are logged. */
const MAX_ENTRIES = 100;

/** Keys, lower case and without `-` and `_`, whose values never belong into a log. */
const SECRET_KEYS = new Set([
  ...['authorization', 'proxyauthorization', 'cookie', 'setcookie', 'token', 'accesstoken', 'refreshtoken'],
  ...['idtoken', 'password', 'passwd', 'secret', 'clientsecret', 'secretkey', 'accesskey', 'apikey'],
  ...['signingkey', 'urlsigningkey', 'credentials', 'connectionstring', 'name', 'filename', 'filenames'],
  ...['displayname', 'givenname', 'familyname', 'fullname', 'username', 'email', 'emails', 'mail'],
  ...['contentdisposition', 'uploadmetadata', 'metadata', 'idempotencykey'],
]);

const TEXT_RULES: readonly (readonly [RegExp, string])[] = [
  // Anything that introduces a credential, up to the next blank or quote.
  [/\b(bearer|basic|dpop)\s+[\w.~+/=-]{4,}/giu, `$1 ${REDACTED}`],
  // A JWS or JWE in compact form.
  [/\beyJ[\w-]{4,}(?:\.[\w-]*){1,4}/gu, REDACTED],
  // URLs of parts, downloads, S3 uploads and the quarantine: the last segment is a right, unless it is a route's pattern.
  [
    /(\/(?:parts|downloads|s3|quarantine\/released|quarantine\/forensic)\/)(?![:*])[^\s"'\\/?#<>]+/gu,
    `$1${REDACTED}`,
  ],
  // Parameters of presigned URLs and of OAuth answers.
  [
    /([?&;](?:x-amz-(?:signature|credential|security-token)|signature|sig|token|access_token|id_token|code|key|secret|client_secret|password)=)[^\s"'\\&#<>]+/giu,
    `$1${REDACTED}`,
  ],
  // Credentials in a URL's authority.
  [/([a-z][a-z\d+.-]{1,20}:\/\/)[^\s"'\\/@]*@/giu, `$1${REDACTED}@`],
  [/[\w.!#$%&*+=?^`{|}~-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,8}/giu, REDACTED],
];

/**
 * Takes credentials, signed URLs and mail addresses out of text. It keeps JSON valid, so that it can be
 * the last thing that happens to a finished line.
 */
export const redactText = (text: string): string =>
  TEXT_RULES.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);

/** Copies what is to be logged without the values of secret keys; bounded in depth and in number. */
export function redactObject(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactEntries(value, MAX_DEPTH);
}

function redactEntries(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, isSecret(key) ? REDACTED : redactValue(item, depth - 1)]),
  );
}

const isSecret = (key: string): boolean => SECRET_KEYS.has(key.toLowerCase().replaceAll(/[-_]/gu, ''));

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth <= 0) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((item) => redactValue(item, depth - 1));
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  return redactEntries(value, depth);
}

/** Kept apart from other objects because message and stack of an error are not enumerable. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const { type, message, stack, ...rest } = stdSerializers.err(error);
  const { raw: _raw, aggregateErrors: _all, name: _name, ...own } = rest as Record<string, unknown>;
  return { type, message, stack, ...redactEntries(own, depth) };
}
