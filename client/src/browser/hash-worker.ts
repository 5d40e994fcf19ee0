import { sha256 } from './sha256.js';

/** What the worker is asked. */
export interface HashQuestion {
  readonly id: number;
  readonly blob: Blob;
}

/** What the worker answers. */
export type HashAnswer =
  { readonly id: number; readonly sha256: string } | { readonly id: number; readonly problem: string };

// Of a worker: its types and those of a page exclude each other.
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<HashQuestion>) => void;
  postMessage: (answer: HashAnswer) => void;
};

scope.onmessage = ({ data: { id, blob } }) => {
  sha256(blob).then(
    (hash) => scope.postMessage({ id, sha256: hash }),
    (error: unknown) => scope.postMessage({ id, problem: String(error) }),
  );
};
