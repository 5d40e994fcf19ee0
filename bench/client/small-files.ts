import { unlike } from './bytes.js';
import { accessToken, dataOf } from './graphql.js';
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

const UPLOAD = `mutation ($file: Upload!) { uploadFile(file: $file) { file { id } } }`;
const BOUNDARY = 'lazaret-bench-boundary';

/** Sends all files; ends when the last one was accepted. */
export function sendSmallFiles({ url, count, sizeBytes, parallel, way }: SmallFilesJob): Promise<void> {
  const sendOne = way === 'parts' ? sendParts : sendForm;
  return inParallel(count, parallel, (index) => sendOne(url, index, sizeBytes));
}

async function sendParts(url: string, index: number, sizeBytes: number): Promise<void> {
  const upload = await openUpload(url, sizeBytes, `small-${String(index)}.bin`);
  const part = unlike(sizeBytes);
  const answer = await send('PUT', upload.urls[0] ?? '', {}, part);
  if (answer.status !== 200) throw new Error(`A part was refused: ${answer.text}`);
  await complete(url, upload.fileId);
}

async function sendForm(url: string, index: number, sizeBytes: number): Promise<void> {
  const operations = JSON.stringify({ query: UPLOAD, variables: { file: null } });
  const head = [
    field('operations', operations),
    field('map', JSON.stringify({ 0: ['variables.file'] })),
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="0"; filename="small-${String(index)}.bin"\r\n`,
    'Content-Type: application/octet-stream\r\n\r\n',
  ].join('');
  const tail = `\r\n--${BOUNDARY}--\r\n`;
  const body = Buffer.concat([Buffer.from(head), unlike(sizeBytes), Buffer.from(tail)]);
  const headers = {
    authorization: `Bearer ${await accessToken(url)}`,
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'apollo-require-preflight': '1',
    accept: 'application/graphql-response+json',
  };
  dataOf((await send('POST', `${url}/graphql`, headers, body)).text);
}

const field = (name: string, value: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

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
