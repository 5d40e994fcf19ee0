import { unreadable } from '../api/error-of-answer.js';
import { STALL_TIMEOUT_MS, MAX_ANSWER_CHARACTERS, type PutAnswer, type PutRequest } from '../platform.js';

/**
 * No byte has moved yet, in milliseconds: other pages may hold all connections to the host, and the browser lets a
 * request wait for one without telling.
 */
const FIRST_BYTE_TIMEOUT_MS = 600_000;

/** Puts bytes with XMLHttpRequest: of all that browsers have, it alone tells how many bytes have left. */
export function xhrPut({ url, headers, body, onSent, signal }: PutRequest): Promise<PutAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const watch = watchStall(() => {
      reject(new DOMException('No byte moved.', 'TimeoutError'));
      request.abort();
    });
    const stop = (): void => request.abort();
    signal.addEventListener('abort', stop, { once: true });
    request.upload.onprogress = ({ loaded }) => {
      watch.moved();
      onSent(loaded);
    };
    request.onload = () => resolve(answerOf(request));
    request.onerror = () => void reasonOf(body).then(reject);
    request.onabort = () => reject(signal.reason as Error);
    request.onloadend = () => {
      watch.end();
      signal.removeEventListener('abort', stop);
    };
    request.open('PUT', url);
    for (const { name, value } of headers) request.setRequestHeader(name, value);
    request.send(body);
  });
}

/** Why a request failed is not told to pages; whether its bytes can still be read, shows when they are. */
const reasonOf = (body: Blob): Promise<Error> =>
  body
    .slice(0, 1)
    .arrayBuffer()
    .then(() => new TypeError('no answer, or none that this page may read'), unreadable);

const answerOf = (request: XMLHttpRequest): PutAnswer => ({
  status: request.status,
  header: (name) => request.getResponseHeader(name),
  text: request.responseText.slice(0, MAX_ANSWER_CHARACTERS),
});

function watchStall(onStall: () => void): { readonly moved: () => void; readonly end: () => void } {
  let timer = setTimeout(onStall, FIRST_BYTE_TIMEOUT_MS);
  return {
    moved: () => {
      clearTimeout(timer);
      timer = setTimeout(onStall, STALL_TIMEOUT_MS);
    },
    end: () => clearTimeout(timer),
  };
}
