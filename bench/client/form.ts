import { randomBytes } from 'node:crypto';
import { stretchesOf } from './bytes.js';
import { accessToken, dataOf } from './graphql.js';
import { send, type MadeBody } from './http.js';
import { inParallel } from './in-parallel.js';

/** Large files, each in one GraphQL multipart request. */
export interface FormsJob {
  readonly url: string;
  /** Of all together. */
  readonly sizeBytes: number;
  readonly parallel: number;
}

const UPLOAD = `mutation ($file: Upload!) { uploadFile(file: $file) { file { id } } }`;
const BOUNDARY = 'lazaret-bench-boundary';
const FORM_TYPE = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
/** As many as make two equal beginnings unthinkable. */
const HEAD_BYTES = 32;

/** Sends as many files at once as asked. @returns their ids */
export async function sendForms({ url, sizeBytes, parallel }: FormsJob): Promise<string[]> {
  const size = Math.floor(sizeBytes / parallel);
  const ids: string[] = [];
  await inParallel(parallel, parallel, async () => {
    ids.push(await sendForm(url, 'bench.bin', { length: HEAD_BYTES + size, chunks: unlikeStretches(size) }));
  });
  return ids;
}

/** Sends the same forms to a server that only writes their files. */
export const sendPlainForms = ({ url, sizeBytes, parallel }: FormsJob): Promise<void> =>
  inParallel(parallel, parallel, async () => {
    const size = Math.floor(sizeBytes / parallel);
    const answer = await send(
      'POST',
      url,
      FORM_TYPE,
      formOf('bench.bin', { length: size, chunks: stretchesOf(size) }),
    );
    if (answer.status !== 200) throw new Error(`A form was refused: ${answer.text}`);
  });

/** Sends one file. @returns its id */
export async function sendForm(url: string, name: string, file: MadeBody): Promise<string> {
  const headers = {
    ...FORM_TYPE,
    authorization: `Bearer ${await accessToken(url)}`,
    'apollo-require-preflight': '1',
    accept: 'application/graphql-response+json',
  };
  const answer = await send('POST', `${url}/graphql`, headers, formOf(name, file));
  const { uploadFile } = dataOf(answer.text) as { uploadFile: { file: { id: string } } };
  return uploadFile.file.id;
}

/** @see https://github.com/jaydenseric/graphql-multipart-request-spec */
function formOf(name: string, file: MadeBody): MadeBody {
  const operations = JSON.stringify({ query: UPLOAD, variables: { file: null } });
  const head = Buffer.from(
    [
      field('operations', operations),
      field('map', JSON.stringify({ 0: ['variables.file'] })),
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="0"; filename="${name}"\r\n`,
      'Content-Type: application/octet-stream\r\n\r\n',
    ].join(''),
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  function* chunks(): Generator<Buffer> {
    yield head;
    yield* file.chunks;
    yield tail;
  }
  return { length: head.length + file.length + tail.length, chunks: chunks() };
}

/** Nobody who knows another file judges this one. */
function* unlikeStretches(sizeBytes: number): Generator<Buffer> {
  yield randomBytes(HEAD_BYTES);
  yield* stretchesOf(sizeBytes);
}

const field = (name: string, value: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
