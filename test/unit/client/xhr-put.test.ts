import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PutAnswer, PutRequest } from '../../../client/src/platform.js';

/** Typed here, because its own types are those of a page. */
const XHR_PUT = path.resolve(import.meta.dirname, '../../../client/src/browser/xhr-put.ts');
type XhrPut = (request: PutRequest) => Promise<PutAnswer>;

const MINUTE_MS = 60_000;

/** As much of an XMLHttpRequest as is used, moved by the test. */
class FakeRequest {
  static last: FakeRequest;
  status = 200;
  responseText = '';
  readonly upload: { onprogress?: (event: { readonly loaded: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  onloadend?: () => void;

  constructor() {
    FakeRequest.last = this;
  }
  readonly open = vi.fn();
  readonly setRequestHeader = vi.fn();
  readonly getResponseHeader = vi.fn();
  readonly send = vi.fn();
  abort(): void {
    this.onabort?.();
    this.onloadend?.();
  }
  sent(loaded: number): void {
    this.upload.onprogress?.({ loaded });
  }
  fail(): void {
    this.onerror?.();
    this.onloadend?.();
  }
  answer(): void {
    this.onload?.();
    this.onloadend?.();
  }
}

describe('a PUT of a page', () => {
  let xhrPut: XhrPut;
  beforeEach(async () => {
    ({ xhrPut } = (await import(XHR_PUT)) as { readonly xhrPut: XhrPut });
    vi.stubGlobal('XMLHttpRequest', FakeRequest);
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const put = (body: Blob = new Blob(['bytes'])): Promise<PutAnswer> => {
    const { signal } = new AbortController();
    const putting = xhrPut({ url: 'http://x', headers: [], body, onSent: () => undefined, signal });
    putting.catch(() => undefined);
    return putting;
  };

  it('may wait for a connection for longer than it may stand still once bytes have moved', async () => {
    const patient = put();
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
    FakeRequest.last.sent(3);
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1);
    FakeRequest.last.sent(5);
    FakeRequest.last.answer();
    expect(await patient).toMatchObject({ status: 200 });

    const stalled = put();
    FakeRequest.last.sent(3);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    await expect(stalled).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('tells a file that was altered meanwhile from a connection that broke', async () => {
    const broken = put();
    FakeRequest.last.fail();
    await expect(broken).rejects.toThrow(TypeError);

    const gone = new DOMException('altered', 'NotReadableError');
    const altered = Object.assign(new Blob(['bytes']), {
      slice: () => Object.assign(new Blob(['b']), { arrayBuffer: () => Promise.reject(gone) }),
    });
    const unreadable = put(altered);
    FakeRequest.last.fail();
    await expect(unreadable).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      retryable: false,
      cause: gone,
    });
  });

  it('does not wait for a connection for ever', async () => {
    const waiting = put();
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
