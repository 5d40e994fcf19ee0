import type { Answer } from './wire.js';

/** What of a file an answer to a keyed request tells, and must tell again. */
export const FILE_KEYS = ['id', 'version', 'state'] as const;

/** What an answer came to. */
export type Reading =
  | { readonly kind: 'done'; readonly value: unknown }
  /** The client is to come again. */
  | { readonly kind: 'later' }
  | { readonly kind: 'refused'; readonly code: string };

const RETRYABLE = ['OVERLOADED', 'DEPENDENCY_UNAVAILABLE', 'RATE_LIMITED'];

/** Reads an answer to a GraphQL operation. */
export function readGraphql({ status, text }: Answer): Reading {
  const { data, errors, code } = parse(text) as {
    data?: { answer: unknown } | null;
    errors?: { extensions: { code: string } }[];
    code?: string;
  };
  const refusal = errors?.[0]?.extensions.code ?? code;
  if (refusal !== undefined) return refused(refusal);
  if (data) return { kind: 'done', value: data.answer };
  return { kind: 'refused', code: `status ${status}: ${text.slice(0, 200)}` };
}

/** Reads an answer of another surface. */
export function readHttp({ status, headers, text }: Answer): Reading {
  if (status >= 200 && status < 300) return { kind: 'done', value: headers };
  if (status === 423) return { kind: 'later' };
  return refused((parse(text) as { code?: string }).code ?? `status ${status}: ${text.slice(0, 200)}`);
}

/** Reads an answer to a call of S3 that the product speaks itself. */
export function readS3({ status, text }: Answer): Reading {
  if (status >= 200 && status < 300) return { kind: 'done', value: text };
  const { code } = parse(text) as { code?: string };
  const inXml = /<LazaretCode>(.*?)<\/LazaretCode>/.exec(text)?.[1];
  return refused(inXml ?? code ?? `status ${status}: ${text.slice(0, 200)}`);
}

/** Statuses with which an S3 store says that the upload is over; Ceph answers 500 where one has just gone. */
const STORE_REFUSALS = [403, 404];

/** Reads an answer of the object store to a part that was signed for it. */
export function readStore({ status, headers, text }: Answer): Reading {
  if (status >= 200 && status < 300) return { kind: 'done', value: headers };
  if (status >= 500) return { kind: 'later' };
  if (STORE_REFUSALS.includes(status)) return { kind: 'refused', code: 'CONFLICT' };
  return { kind: 'refused', code: `status ${status}: ${text.slice(0, 200)}` };
}

const refused = (code: string): Reading =>
  RETRYABLE.includes(code) ? { kind: 'later' } : { kind: 'refused', code };

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
