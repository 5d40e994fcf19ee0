import { digestOf, type DigestRequest } from './digest.js';

/** What the worker is asked. */
export interface HashQuestion extends DigestRequest {
  readonly id: number;
}

/** What the worker answers. */
export type HashAnswer =
  | { readonly id: number; readonly digest: string }
  | { readonly id: number; readonly problem: string };

// Of a worker: its types and those of a page exclude each other.
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<HashQuestion>) => void;
  postMessage: (answer: HashAnswer) => void;
};

scope.onmessage = ({ data }) => {
  const { id } = data;
  digestOf(data).then(
    (digest) => scope.postMessage({ id, digest }),
    (error: unknown) => scope.postMessage({ id, problem: String(error) }),
  );
};
