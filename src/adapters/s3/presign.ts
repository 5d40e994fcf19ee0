import { AwsV4Signer } from 'aws4fetch';

/** What signs requests: a key pair, and where the store is for whoever will use the signature. */
export interface SigningKey {
  readonly endpoint: URL;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** A request to be signed. */
export interface RequestToSign {
  readonly method: string;
  /** Path-style: bucket, then key. Of characters that need no escape. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** All of them are bound by the signature, `Content-Length` included. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Makes a URL that carries its own signature.
 *
 * @param ttlSeconds - at most seven days
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export async function presign(key: SigningKey, request: RequestToSign, ttlSeconds: number): Promise<string> {
  const query = { ...request.query, 'X-Amz-Expires': String(ttlSeconds) };
  const signed = await signerOf(key, { ...request, query }, undefined, true).sign();
  return signed.url.href;
}

/** Signs the headers of a request that is made at once. */
export async function signHeaders(
  key: SigningKey,
  request: RequestToSign,
  body: string | undefined,
): Promise<{ readonly url: URL; readonly headers: Headers }> {
  return signerOf(key, request, body, false).sign();
}

function signerOf(
  { endpoint, region, accessKey, secretKey }: SigningKey,
  { method, path, query, headers }: RequestToSign,
  body: string | undefined,
  signQuery: boolean,
): AwsV4Signer {
  const url = new URL(path, endpoint);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return new AwsV4Signer({
    service: 's3',
    region,
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    method,
    url: url.href,
    headers: { ...headers },
    ...(body !== undefined && { body }),
    signQuery,
    allHeaders: true,
  });
}
