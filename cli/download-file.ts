import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorOfAnswer, errorOfConnection } from '../client/src/api/error-of-answer.js';
import { CreateDownloadUrlDocument, FileDocument } from '../client/src/generated/graphql.js';
import { UploadError, type UploadedFile } from '../client/src/node.js';
import type { Output } from './output.js';
import type { Session } from './session.js';
import { formatBytes } from './show/units.js';
import { UsageError } from './usage-error.js';

/**
 * Fetches a clean file and checks that its bytes are those that were inspected. Appears under its name only
 * when it is complete; without `to` an existing file is never overwritten.
 *
 * @param to - path of the copy; `-` is standard output, @default the file's own name, here
 */
export async function downloadFile(
  session: Session,
  fileId: string,
  to: string | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { file } = await session.requestOnce(FileDocument, { id: fileId }, signal);
  if (!file) throw new UsageError(`There is no file with the id ${fileId}.`);
  const { createDownloadUrl } = await session.requestOnce(
    CreateDownloadUrlDocument,
    { input: { fileId } },
    signal,
  );
  if (to === '-') {
    await fetchInto(createDownloadUrl.url, file, () => process.stdout, signal);
    return;
  }
  const target = to ?? (await freeName(file.name));
  const partial = `${target}.partial`;
  const openPartial = (): Writable => createWriteStream(partial, { mode: 0o600 });
  try {
    await fetchInto(createDownloadUrl.url, file, openPartial, signal);
    await rename(partial, target);
  } catch (error) {
    throw explain(target, error);
  } finally {
    // Whatever stands against removing it stood against writing it as well, and is told already.
    await rm(partial, { force: true }).catch(() => undefined);
  }
  output.error(`${target}: ${formatBytes(file.sizeBytes)}, as inspected`);
}

/** Errors of the file system name their system call; connections have errors of their own. */
function explain(target: string, error: unknown): unknown {
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new UsageError(`${target} cannot be written (${code ?? syscall}).`, { cause: error });
}

async function freeName(name: string): Promise<string> {
  const own = path.basename(name);
  if (own === '' || own === '.' || own === '..') throw new UsageError('Name the copy with --output.');
  const isTaken = await access(own).then(
    () => true,
    () => false,
  );
  if (isTaken) throw new UsageError(`${own} exists already: name another with --output.`);
  return own;
}

async function fetchInto(
  url: string,
  file: UploadedFile,
  openTarget: () => Writable,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(url, { redirect: 'error', signal }).catch((error: unknown) => {
    throw errorOfConnection(error, new URL(url).origin);
  });
  if (!response.ok) {
    const { status, headers } = response;
    throw errorOfAnswer({ status, header: (name) => headers.get(name), text: await response.text() });
  }
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  // Not before there is something to write, and where its errors are heard from the first one on.
  const target = openTarget();
  await pipeline(response.body ?? [], hashing, target, { end: target !== process.stdout });
  if (file.sha256 != null && hash.digest('hex') !== file.sha256) {
    throw new UploadError('The bytes that came are not those that were inspected.', {
      code: 'CHECKSUM_MISMATCH',
      category: 'connection',
      retryable: true,
    });
  }
}
