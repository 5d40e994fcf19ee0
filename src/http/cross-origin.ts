/** What a page of another origin may send to a surface, and what of the answers it may read. */
export interface CrossOrigin {
  readonly methods: readonly string[];
  readonly requestHeaders: readonly string[];
  /** Beside those that every page may read, e.g. `Content-Type` and `Content-Length`. */
  readonly answerHeaders: readonly string[];
}

/** Names, types and traces of requests. */
const SENT = ['accept', 'content-type', 'x-request-id', 'traceparent', 'tracestate'];
/** When to come again, and what to tell whoever runs the service. */
const READ = ['retry-after', 'x-request-id'];

const GRAPHQL: CrossOrigin = {
  methods: ['GET', 'POST'],
  requestHeaders: [...SENT, 'authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
  answerHeaders: READ,
};

const TUS: CrossOrigin = {
  methods: ['HEAD', 'POST', 'PATCH', 'DELETE'],
  requestHeaders: [
    ...[...SENT, 'authorization', 'idempotency-key', 'x-http-method-override'],
    ...['tus-resumable', 'upload-offset', 'upload-length', 'upload-defer-length', 'upload-metadata'],
    ...['upload-checksum', 'upload-concat'],
  ],
  answerHeaders: [
    ...[...READ, 'location', 'tus-resumable', 'tus-version', 'tus-extension', 'tus-max-size'],
    ...['tus-checksum-algorithm', 'upload-offset', 'upload-length', 'upload-defer-length'],
    ...['upload-metadata', 'upload-expires', 'upload-concat'],
  ],
};

/** The URL is the right. */
const PARTS: CrossOrigin = {
  methods: ['PUT'],
  requestHeaders: [...SENT, 'content-digest'],
  answerHeaders: [...READ, 'etag', 'repr-digest'],
};

const S3: CrossOrigin = {
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  requestHeaders: SENT,
  answerHeaders: [...READ, 'etag', 'location'],
};

const DOWNLOADS: CrossOrigin = {
  methods: ['GET', 'HEAD'],
  requestHeaders: [
    ...[...SENT, 'range', 'if-range', 'if-match', 'if-none-match'],
    ...['if-modified-since', 'if-unmodified-since'],
  ],
  answerHeaders: [
    ...[...READ, 'etag', 'accept-ranges', 'content-range', 'content-disposition'],
    ...['content-digest', 'repr-digest'],
  ],
};

/** Tokens; only development has it. */
const ISSUER: CrossOrigin = {
  methods: ['GET', 'HEAD', 'POST'],
  requestHeaders: [...SENT, 'authorization'],
  answerHeaders: READ,
};

/** Health, keys of receipts, and paths that are not there. */
const OTHERS: CrossOrigin = { methods: ['GET', 'HEAD'], requestHeaders: SENT, answerHeaders: READ };

const SURFACES: ReadonlyMap<string, CrossOrigin> = new Map([
  ['graphql', GRAPHQL],
  ['uploads', TUS],
  ['parts', PARTS],
  ['s3', S3],
  ['downloads', DOWNLOADS],
  ['quarantine', DOWNLOADS],
  ['oauth', ISSUER],
]);

/**
 * What pages of other origins may do at a URL: exactly what the clients of that surface need. A surface that is
 * not listed gives the least.
 *
 * @param url - path, with or without a query
 */
export const crossOriginAt = (url: string): CrossOrigin =>
  SURFACES.get(/^\/([^/?]+)/.exec(url)?.[1] ?? '') ?? OTHERS;
