import { unlike } from './bytes.js';
import { sendForm } from './form.js';
import { send } from './http.js';
import { inParallel } from './in-parallel.js';
import { complete, openUpload, putParts } from './upload.js';

/** Many small files. */
export interface SmallFilesJob {
  readonly url: string;
  readonly count: number;
  readonly sizeBytes: number;
  readonly parallel: number;
  readonly way: 'parts' | 'uploadFile';
}

/** Sends all files; ends when the last one was accepted. */
export function sendSmallFiles({ url, count, sizeBytes, parallel, way }: SmallFilesJob): Promise<void> {
  const sendOne = way === 'parts' ? sendParts : sendAsForm;
  return inParallel(count, parallel, (index) => sendOne(url, index, sizeBytes));
}

async function sendParts(url: string, index: number, sizeBytes: number): Promise<void> {
  const upload = await openUpload(url, sizeBytes, `small-${String(index)}.bin`);
  const part = unlike(sizeBytes);
  const answer = await send('PUT', upload.urls[0] ?? '', {}, part);
  if (answer.status !== 200) throw new Error(`A part was refused: ${answer.text}`);
  await complete(url, upload.fileId);
}

async function sendAsForm(url: string, index: number, sizeBytes: number): Promise<void> {
  await sendForm(url, `small-${String(index)}.bin`, { length: sizeBytes, chunks: [unlike(sizeBytes)] });
}

/** A tiny file, sent and waited for alone: what is left is latency. @returns milliseconds from completion to verdict */
export async function timeToVerdict(url: string, wait: (fileId: string) => Promise<void>): Promise<number> {
  const sizeBytes = 1_000;
  const upload = await openUpload(url, sizeBytes, 'tiny.bin');
  await putParts(upload, { sizeBytes, parallel: 1, kind: 'random' });
  const begun = performance.now();
  await complete(url, upload.fileId);
  await wait(upload.fileId);
  return performance.now() - begun;
}
