import type { Platform } from '../platform.js';
import { digestOf, type DigestRequest } from './digest.js';
import type { HashAnswer, HashQuestion } from './hash-worker.js';

/** Starts the worker that hashes; `undefined` where there can be none. */
export type CreateWorker = () => Worker | undefined;

/** The worker beside this module, as bundlers and browsers find it. */
export const workerBeside: CreateWorker = () =>
  typeof Worker === 'function'
    ? new Worker(new URL('./hash-worker.js', import.meta.url), { type: 'module' })
    : undefined;

interface Waiting {
  readonly request: DigestRequest;
  readonly resolve: (digest: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Hashes in a worker, so that the page stays smooth. Where none can be started (no file beside the module, a
 * policy of the page), it is done in the page.
 */
export function createHasher(createWorker: CreateWorker): Pick<Platform, 'sha256' | 'prove' | 'close'> {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined | 'none';
  let lastId = 0;

  const giveUp = (): void => {
    if (typeof worker === 'object') worker.terminate();
    worker = 'none';
    answerHere(waiting);
  };
  const start = (): Worker | undefined => {
    if (worker !== undefined) return worker === 'none' ? undefined : worker;
    worker = attempt(createWorker) ?? 'none';
    if (worker === 'none') return undefined;
    worker.onerror = giveUp;
    worker.onmessage = ({ data }: MessageEvent<HashAnswer>) => settle(waiting, data);
    return worker;
  };

  const compute = async (request: DigestRequest, signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted();
    const running = start();
    if (running === undefined) return digestOf(request);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const question: HashQuestion = { id: (lastId += 1), ...request };
    waiting.set(question.id, { request, resolve, reject });
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    running.postMessage(question);
    return promise.finally(() => signal.removeEventListener('abort', stop));
  };

  return {
    sha256: (blob, signal) => compute({ blob }, signal),
    prove: (blob, proof, signal) => compute({ blob, proof }, signal),
    close: () => {
      if (typeof worker === 'object') worker.terminate();
      worker = 'none';
      rejectAll(waiting);
    },
  };
}

function answerHere(waiting: Map<number, Waiting>): void {
  for (const { request, resolve, reject } of waiting.values()) digestOf(request).then(resolve, reject);
  waiting.clear();
}

/** A worker that was ended answers nobody. */
function rejectAll(waiting: Map<number, Waiting>): void {
  for (const { reject } of waiting.values()) {
    reject(new DOMException('The client was closed.', 'AbortError'));
  }
  waiting.clear();
}

function attempt(createWorker: CreateWorker): Worker | undefined {
  try {
    return createWorker();
  } catch {
    return undefined;
  }
}

function settle(waiting: Map<number, Waiting>, answer: HashAnswer): void {
  const asked = waiting.get(answer.id);
  waiting.delete(answer.id);
  if ('digest' in answer) asked?.resolve(answer.digest);
  else asked?.reject(new Error(answer.problem));
}
