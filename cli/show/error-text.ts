import { UploadError } from '../../client/src/node.js';

const ADVICE: Readonly<Record<string, string>> = {
  NOT_RUNNING: 'Is the service running? Start it with: npm start (or name another with --url or LAZARET_URL)',
  UNAUTHENTICATED: 'Check --client and --secret, or the token in --token or LAZARET_TOKEN.',
  FORBIDDEN: 'The client lacks a role for this: try another one with --client and --secret.',
  RATE_LIMITED: 'Send fewer at a time with --parallel, or wait a moment.',
  QUOTA_EXCEEDED: 'Delete files that are not needed any more, or ask for a larger quota.',
};

const NOT_OURS = 'Is it Lazaret that answers there? Name another address with --url or LAZARET_URL.';

/** Answers of Lazaret have a code of their own; a bare status comes from something else. */
const adviceOf = (code: string): string | undefined => (/^HTTP_[34]/.test(code) ? NOT_OURS : ADVICE[code]);

/** What went wrong and what to do about it. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return 'interrupted';
  if (!(error instanceof UploadError)) return error.message;
  const { code, field, correlationId } = error;
  const about = [code, field, correlationId].filter((text) => text !== undefined).join(', ');
  return [`${error.message} (${about})`, adviceOf(code)].filter((text) => text !== undefined).join('\n  ');
}
