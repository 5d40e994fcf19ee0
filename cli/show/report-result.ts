import { UploadError } from '../../client/src/node.js';
import type { Ending } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { UploadResult } from '../transfer/upload-file.js';
import { errorText } from './error-text.js';
import { plainText } from './units.js';
import { verdictText } from './verdict-text.js';

/** Says how the upload of one file ended, for people or for programs. */
export function reportResult(result: UploadResult, isJson: boolean, output: Output): Ending {
  const ending = endingOf(result);
  if (isJson) output.result(JSON.stringify(toJson(result, ending)));
  else if (result.kind === 'ended') output.result(verdictText(result));
  else {
    output.error(`${plainText(result.path)}: ${errorText(result.error)}`);
    if (result.fileId !== undefined && mayContinue(result.error)) {
      output.error(`  Continue with: npm run upload -- --resume ${result.fileId} ${quoted(result.path)}`);
    }
  }
  return ending;
}

/** What the file itself or the upload is to blame for is the same the next time. */
const mayContinue = (error: unknown): boolean =>
  !(error instanceof UploadError) ||
  error.retryable ||
  !['user', 'conflict', 'client'].includes(error.category);

/** How the upload of one file ended, in one word. */
export function endingOf(result: UploadResult): Ending {
  if (result.kind === 'ended') return result.file.state;
  return result.error instanceof Error && result.error.name === 'AbortError' ? 'INTERRUPTED' : 'ERROR';
}

function toJson(result: UploadResult, ending: Ending): object {
  if (result.kind === 'ended') {
    const { path, file, alreadyStored } = result;
    return { path, ending, alreadyStored, file };
  }
  const { path, error, fileId } = result;
  return { path, ending, fileId, error: { ...detailOf(error), message: errorText(error) } };
}

function detailOf(error: unknown): object {
  if (!(error instanceof UploadError)) return {};
  const { code, retryable, retryAfterMs, correlationId, field } = error;
  return { code, retryable, retryAfterMs, correlationId, field };
}

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
