import { choosePartSize } from '../src/domain/parts.js';
import { answerParent } from './answer-parent.js';
import { poolOf, type Kind } from './client/bytes.js';
import { sendForms, sendPlainForms } from './client/form.js';
import { signInAs } from './client/graphql.js';
import { scanRaw } from './client/raw-scan.js';
import { sendSmallFiles, timeToVerdict } from './client/small-files.js';
import { endTus, makeFile, sendByTusClient, sendPlainStreams, sendSmallTus, sendTus } from './client/tus.js';
import { cancel, complete, discard, openUpload, putParts, type UploadJob } from './client/upload.js';
import { countFiles, untilAllDecided, untilClean } from './client/verdict.js';

interface FileJob {
  readonly url: string;
  readonly fileId: string;
  readonly pollMs: number;
}

/** The client of all measurements: a process of its own, so that neither its time nor its memory count. */
answerParent({
  signInAs: ({ as }: { as: string }) => {
    signInAs(as);
    return Promise.resolve();
  },
  warmUp: ({ kind }: { kind: Kind }) => Promise.resolve(poolOf(kind).length),
  open: ({ url, sizeBytes }: UploadJob) => openUpload(url, sizeBytes),
  put: ({ upload, job }: { upload: Awaited<ReturnType<typeof openUpload>>; job: UploadJob }) =>
    putParts(upload, job),
  putPlain: (job: UploadJob) => {
    // As large as the product's own where the client has no wish.
    const partSizeBytes = choosePartSize(job.sizeBytes);
    const urls = Array.from({ length: Math.ceil(job.sizeBytes / partSizeBytes) }, () => job.url);
    return putParts({ urls, partSizeBytes }, job);
  },
  complete: ({ url, fileId }: FileJob) => complete(url, fileId),
  cancel: ({ url, fileId }: FileJob) => cancel(url, fileId),
  discard: ({ url, fileId }: FileJob) => discard(url, fileId),
  untilClean: ({ url, fileId, pollMs }: FileJob) => untilClean(url, fileId, pollMs),
  untilAllDecided: ({ url }: { url: string }) => untilAllDecided(url),
  countFiles: ({ url, states }: { url: string; states: readonly string[] }) => countFiles(url, states),
  timeToVerdict: ({ url, pollMs }: FileJob) =>
    timeToVerdict(url, async (fileId) => {
      await untilClean(url, fileId, pollMs);
    }),
  scanRaw,
  sendSmallFiles,
  sendForms,
  sendPlainForms,
  sendTus,
  endTus,
  sendPlainStreams,
  sendSmallTus,
  sendByTusClient,
  makeFile,
});
