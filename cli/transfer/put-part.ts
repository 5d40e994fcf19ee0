import { errorOfConnection, errorOfResponse } from '../api/api-error.js';
import type { SignedPart } from '../api/operations.js';

/** A part may take this long, and longer by what it takes at the slowest rate worth waiting for. */
const BASE_TIMEOUT_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 16;

/**
 * Puts the bytes of one part, read from disk as they are sent.
 *
 * @throws ApiError when the service refuses, or the connection fails
 */
export async function putPart(signed: SignedPart, bytes: Blob, signal: AbortSignal): Promise<void> {
  const timeout = AbortSignal.timeout(BASE_TIMEOUT_MS + Math.ceil(bytes.size / SLOWEST_BYTES_PER_MS));
  try {
    const response = await fetch(signed.url, {
      method: 'PUT',
      redirect: 'error',
      signal: AbortSignal.any([signal, timeout]),
      headers: signed.headers.map(({ name, value }): [string, string] => [name, value]),
      // A slice of a file has a known length, which both kinds of store want to be told.
      body: bytes,
    });
    if (!response.ok) throw await errorOfResponse(response);
    await response.body?.cancel();
  } catch (error) {
    throw errorOfConnection(error, new URL(signed.url).origin);
  }
}
