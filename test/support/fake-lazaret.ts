import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { challenge, provenBy, type PossessionInput } from './fake-possession.js';

/** A refusal that the fake answers the next request of a kind with. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

interface FakeUpload {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly declaredSha256: string | undefined;
  readonly parts: Map<number, Buffer>;
  state: string;
}

/** Just enough of the public contract, in memory and over HTTP and SSE, to test a client against. */
export interface FakeLazaret {
  readonly url: string;
  readonly uploads: Map<string, FakeUpload>;
  /** Names of the operations that were asked for, and `PUT n` for parts, in order. */
  readonly log: string[];
  /** Taken from the front, one for each part that arrives. */
  readonly partRefusals: Refusal[];
  /** What completions named, in order. */
  readonly completions: unknown[];
  /** Contents that are stored already, by their SHA-256. */
  readonly stored: Map<string, Buffer>;
  /** What every question about possession is answered with, if not as it should be. */
  possessionRefusal?: Refusal;
  /** How many bytes a tag of a proof covers. */
  blockSizeBytes: number;
  /** Most parts that were under way at the same time. */
  mostPartsAtOnce: number;
  /** Most streams of events that were open at the same time. */
  mostStreamsAtOnce: number;
  /** While it is not settled, no part is answered. */
  partsHeld?: Promise<void>;
  close(): Promise<void>;
}

const PART_BYTES = 1000;
const EICAR = 'EICAR';

/** Starts a fake on a free port. Its parts have 1000 bytes; whatever holds "EICAR" is infected. */
export async function startFakeLazaret(): Promise<FakeLazaret> {
  const fake = {
    url: '',
    uploads: new Map(),
    log: [],
    completions: [],
    partRefusals: [],
    stored: new Map(),
    blockSizeBytes: 4_096,
    mostPartsAtOnce: 0,
    mostStreamsAtOnce: 0,
  } as Omit<FakeLazaret, 'close' | 'url'> & { url: string };
  let [partsNow, streamsNow] = [0, 0];
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const { pathname } = new URL(request.url ?? '/', fake.url);
      if (pathname === '/graphql/stream') {
        fake.mostStreamsAtOnce = Math.max(fake.mostStreamsAtOnce, (streamsNow += 1));
        response.once('close', () => (streamsNow -= 1));
      }
      if (request.method !== 'PUT') {
        answer(fake, pathname, request, response, body);
        return;
      }
      partsNow += 1;
      fake.mostPartsAtOnce = Math.max(fake.mostPartsAtOnce, partsNow);
      await (fake.partsHeld ?? sleep(5));
      partsNow -= 1;
      receivePart(fake, pathname, request, response, body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return Object.assign(fake, { close });
}

function answer(
  fake: State,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  if (path === '/oauth/token') {
    answerToken(request, response);
    return;
  }
  if (path.startsWith('/download/')) {
    response.end(contentOf(fake, path.slice('/download/'.length)));
    return;
  }
  const { query, variables } = JSON.parse(body.toString()) as Asked;
  if (path === '/graphql/stream') stream(fake, variables, response);
  else json(response, 200, resolve(fake, query, variables));
}

interface Asked {
  readonly query: string;
  readonly variables: { readonly id?: string; readonly fileId?: string; readonly input?: Input };
}
interface Input extends PossessionInput {
  readonly fileId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256?: string;
  readonly parts: readonly { readonly partNumber: number; readonly sha256?: string }[];
}
type State = Omit<FakeLazaret, 'close'>;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

function answerToken(request: IncomingMessage, response: ServerResponse): void {
  const [id, secret] = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
    .toString()
    .split(':');
  if (id === secret) json(response, 200, { access_token: `token-of-${id ?? ''}`, expires_in: 900 });
  else json(response, 401, { error: 'invalid_client' });
}

function resolve(fake: State, query: string, { id, input }: Asked['variables']): unknown {
  const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';
  fake.log.push(operation);
  const upload = fake.uploads.get(input?.fileId ?? id ?? '');
  if (operation === 'viewer') {
    return { data: { viewer: { subject: 'fake', permissions: [], tenant: { name: 'Fake' } } } };
  }
  if (operation === 'createUpload' && input !== undefined) {
    return { data: { createUpload: create(fake, input) } };
  }
  if (operation.endsWith('Possession') && fake.possessionRefusal) return refused(fake.possessionRefusal);
  if (operation === 'challengePossession') {
    return { data: { challengePossession: challenge(input, fake.blockSizeBytes) } };
  }
  if (operation === 'provePossession') {
    const content = provenBy(fake.stored, input, fake.blockSizeBytes);
    if (content === undefined) return { data: { provePossession: { outcome: 'SEND_BYTES', file: null } } };
    return { data: { provePossession: { outcome: 'STORED', file: adopt(fake, input, content) } } };
  }
  if (operation === 'file') return { data: { file: upload ? view(upload) : null } };
  if (upload === undefined || input === undefined) {
    return {
      data: null,
      errors: [{ message: 'There is nothing with this id.', extensions: { code: 'NOT_FOUND' } }],
    };
  }
  if (operation === 'signUploadParts') return { data: { signUploadParts: { parts: sign(fake, input) } } };
  if (operation === 'createDownloadUrl') {
    return { data: { createDownloadUrl: { url: `${fake.url}/download/${upload.id}` } } };
  }
  fake.completions.push(input.parts);
  upload.state = verdictOf(fake, upload);
  return { data: { completeUpload: { file: view(upload) } } };
}

function create(fake: State, { name, sizeBytes, sha256 }: Input): unknown {
  const id = `file-${fake.uploads.size + 1}`;
  const upload = { id, name, sizeBytes, declaredSha256: sha256, parts: new Map(), state: 'PENDING' };
  fake.uploads.set(id, upload);
  return { file: view(upload), transfer: view(upload).upload };
}

const refused = (refusal: Refusal): unknown => ({
  data: null,
  errors: [{ message: 'Refused.', extensions: refusal }],
});

function adopt(fake: State, input: Input | undefined, content: Buffer): unknown {
  const id = `file-${fake.uploads.size + 1}`;
  const upload = { id, name: input?.name ?? '', sizeBytes: content.length, declaredSha256: undefined };
  const stored = { ...upload, parts: new Map([[1, content]]), state: 'CLEAN' };
  fake.uploads.set(id, stored);
  return view(stored);
}

const sign = (fake: State, { fileId, parts }: Input): unknown[] =>
  parts.map(({ partNumber, sha256 }) => ({
    partNumber,
    url: `${fake.url}/parts/${fileId}/${partNumber}`,
    headers: sha256 === undefined ? [] : [{ name: 'x-sha256', value: sha256 }],
  }));

function receivePart(
  fake: State,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  const [, , fileId = '', number = ''] = path.split('/');
  fake.log.push(`PUT ${number}`);
  const refusal = fake.partRefusals.shift();
  if (refusal !== undefined) {
    json(response, refusal.status, { ...refusal, detail: 'Refused.' });
    return;
  }
  const declared = request.headers['x-sha256'];
  if (declared !== undefined && declared !== sha256Of(body)) {
    json(response, 422, { code: 'CHECKSUM_MISMATCH', detail: 'Other bytes.', retryable: false });
    return;
  }
  fake.uploads.get(fileId)?.parts.set(Number(number), body);
  response.writeHead(200, { etag: '"e"' }).end();
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const contentOf = (fake: State, id: string): Buffer => {
  const parts = [...(fake.uploads.get(id)?.parts ?? [])].sort(([a], [b]) => a - b);
  return Buffer.concat(parts.map(([, bytes]) => bytes));
};

function verdictOf(fake: State, upload: FakeUpload): string {
  const content = contentOf(fake, upload.id);
  if (content.length !== upload.sizeBytes) return 'UNSCANNABLE';
  return content.includes(EICAR) ? 'INFECTED' : 'CLEAN';
}

function view(upload: FakeUpload): { upload: unknown } {
  const { id, name, sizeBytes, state, parts } = upload;
  const partCount = Math.ceil(sizeBytes / PART_BYTES);
  const missingPartNumbers = Array.from({ length: partCount }, (_, i) => i + 1).filter((n) => !parts.has(n));
  const verdict = {
    outcome: state,
    reason: state === 'INFECTED' ? 'MALWARE' : null,
    findings: state === 'INFECTED' ? [{ code: 'MALWARE', detail: 'Eicar', path: null }] : [],
    engine: 'Fake 1',
    definitionsVersion: '7',
    scannedBytes: sizeBytes,
    decidedAt: '2026-01-01T00:00:00.000Z',
  };
  const isOpen = state === 'PENDING';
  const known = [...parts].map(([partNumber, bytes]) => ({
    partNumber,
    sizeBytes: bytes.length,
    etag: 'e',
    sha256: sha256Of(bytes),
  }));
  const receivedBytes = known.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const status = { receivedBytes, partSizeBytes: PART_BYTES, partCount, missingPartNumbers, parts: known };
  return Object.assign(
    { id, name, sizeBytes, sha256: null, detectedType: null, state, verdict: isOpen ? null : verdict },
    { upload: status },
  );
}

function stream(fake: State, { fileId }: Asked['variables'], response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (event: string, data: unknown): boolean =>
    response.write(`event: ${event}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`);
  const upload = fake.uploads.get(fileId ?? '');
  const look = (): void => {
    if (upload === undefined) return;
    const receivedBytes = contentOf(fake, upload.id).length;
    const progress = {
      file: view(upload),
      stage: upload.state,
      receivedBytes,
      scannedBytes: 0,
      queuePosition: null,
    };
    send('next', { data: { uploadProgress: progress } });
    if (upload.state === 'PENDING') return;
    clearInterval(timer);
    send('complete', undefined);
    response.end();
  };
  const timer = setInterval(look, 10);
  response.on('close', () => clearInterval(timer));
}
