import { createHash } from 'node:crypto';
import type { Transport } from '../../client/src/api/transport.js';
import { UploadError, type UploadErrorCode } from '../../client/src/api/upload-error.js';
import type { Platform } from '../../client/src/platform.js';

interface Part {
  readonly bytes: string;
}

/** A file as this service holds it. */
export interface MemoryFile {
  readonly id: string;
  readonly input: Input;
  readonly parts: Map<number, Part>;
  state: string;
}

/** Just enough of the public contract in memory, with a hook in front of and behind every operation. */
export interface MemoryService {
  readonly transport: Transport;
  readonly platform: Platform;
  readonly files: Map<string, MemoryFile>;
  /** Operations in the order in which they came, and `PUT n`. */
  readonly log: string[];
  /** Parts tell no checksum, as when bytes go straight to a store. */
  isDirect: boolean;
  /** Files stay in SCANNING until {@link MemoryService.decide}. */
  isHolding: boolean;
  /** Called before an operation has its effect, and after it: may wait, or throw. */
  before: (operation: string) => Promise<void> | void;
  after: (operation: string) => Promise<void> | void;
  decide: (file: MemoryFile) => void;
}

interface Input {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256?: string;
  readonly idempotencyKey: string;
  readonly metadata?: unknown;
  readonly fileId: string;
  readonly parts?: readonly { readonly partNumber: number }[];
}
interface Variables {
  readonly id?: string;
  readonly fileId?: string;
  readonly input?: Input;
}

/** Size of its parts. */
const PART_BYTES = 4;
const EXPIRES_AT = '2999-01-01T00:00:00.000Z';
const OPEN = ['PENDING', 'RECEIVING'];

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A refusal of the service. */
export const refusal = (code: UploadErrorCode, retryable = false): UploadError =>
  new UploadError(`Refused: ${code}.`, { code, category: 'user', retryable });

/** Makes an empty service. */
export function createMemoryService(): MemoryService {
  const listeners = new Set<() => void>();
  const tell = (): void => [...listeners].forEach((listener) => listener());
  const service: MemoryService = {
    files: new Map(),
    log: [],
    isDirect: false,
    isHolding: false,
    before: () => undefined,
    after: () => undefined,
    decide: (file) => {
      file.state = 'CLEAN';
      tell();
    },
    transport: {
      request: async (operation, variables, signal) => {
        const name = /(?:query|mutation) (\w+)/.exec(operation.toString())?.[1] ?? '';
        service.log.push(name);
        await stoppable(service.before(name), signal);
        const answer = effect(service, name, variables as Variables);
        tell();
        await stoppable(service.after(name), signal);
        return answer as never;
      },
      subscribe: (_operation, variables, onItem, signal) =>
        new Promise((resolve, reject) => {
          const { fileId = '' } = variables as Variables;
          const look = (): void => {
            const file = service.files.get(fileId);
            if (file === undefined) return;
            const seen = view(service, file);
            const progress = { stage: file.state, receivedBytes: 0, scannedBytes: 0, queuePosition: null };
            onItem({ uploadProgress: { ...progress, file: seen } } as never);
            if (OPEN.includes(file.state) || file.state === 'SCANNING') return;
            listeners.delete(look);
            resolve();
          };
          listeners.add(look);
          signal.addEventListener('abort', () => {
            listeners.delete(look);
            reject(signal.reason as Error);
          });
          look();
        }),
      close: () => Promise.resolve(),
    },
    platform: {
      put: async ({ url, body, signal }) => {
        const [, id = '', number = ''] = new URL(url).pathname.split('/');
        service.log.push(`PUT ${number}`);
        await stoppable(service.before('PUT'), signal);
        const file = service.files.get(id);
        if (file === undefined || !OPEN.includes(file.state)) throw refusal('CONFLICT');
        file.parts.set(Number(number), { bytes: await body.text() });
        file.state = 'RECEIVING';
        tell();
        return { status: 200, header: () => null, text: '' };
      },
      sha256: async (bytes) => sha256Of(await bytes.text()),
      prove: () => Promise.reject(new Error('not here')),
      network: { isOnline: () => true, whenOnline: () => Promise.resolve() },
      maxParallel: 4,
      close: () => undefined,
    },
  };
  return service;
}

async function stoppable(wait: Promise<void> | void, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const stopped = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
  await Promise.race([wait, stopped]);
}

function effect(service: MemoryService, operation: string, { id, input }: Variables): unknown {
  if (operation === 'createUpload' && input) return { createUpload: create(service, input) };
  const file = service.files.get(input?.fileId ?? id ?? '');
  if (operation === 'file') return { file: file ? view(service, file) : null };
  if (file === undefined) throw refusal('NOT_FOUND');
  if (!OPEN.includes(file.state)) throw refusal('CONFLICT');
  if (operation === 'signUploadParts') {
    const parts = (input?.parts ?? []).map(({ partNumber }) => ({
      partNumber,
      url: `http://memory/${file.id}/${partNumber}`,
      headers: [],
    }));
    return { signUploadParts: { parts } };
  }
  if (operation === 'cancelUpload') file.state = 'CANCELLED';
  if (operation === 'completeUpload') file.state = service.isHolding ? 'SCANNING' : 'CLEAN';
  return { [operation]: { file: view(service, file) } };
}

/** The same key finds the same file, and its first answer. */
function create(service: MemoryService, input: Input): unknown {
  const known = [...service.files.values()].find(
    (file) => file.input.idempotencyKey === input.idempotencyKey,
  );
  const id = known?.id ?? `file-${service.files.size + 1}`;
  const file = known ?? { id, input, parts: new Map(), state: 'PENDING' };
  service.files.set(id, file);
  const { partSizeBytes, partCount } = view(service, file).upload;
  return { file: { id, state: 'PENDING' }, transfer: { partSizeBytes, partCount, expiresAt: EXPIRES_AT } };
}

/** All bytes of a file, in order. */
export const contentOf = ({ parts }: MemoryFile): string =>
  [...parts]
    .sort(([a], [b]) => a - b)
    .map(([, { bytes }]) => bytes)
    .join('');

const view = ({ isDirect }: MemoryService, file: MemoryFile) => {
  const { id, input, state } = file;
  const partCount = Math.ceil(input.sizeBytes / PART_BYTES);
  const numbers = Array.from({ length: partCount }, (_, index) => index + 1);
  const parts = [...file.parts].map(([partNumber, { bytes }]) => ({
    partNumber,
    sizeBytes: bytes.length,
    etag: sha256Of(bytes).slice(0, 8),
    sha256: isDirect ? null : sha256Of(bytes),
  }));
  return {
    id,
    name: input.name,
    sizeBytes: input.sizeBytes,
    state,
    sha256: state === 'CLEAN' && !isDirect ? sha256Of(contentOf(file)) : null,
    metadata: input.metadata ?? [],
    verdict: state === 'CLEAN' ? { outcome: 'CLEAN', scannedBytes: input.sizeBytes } : null,
    upload: {
      receivedBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      partSizeBytes: PART_BYTES,
      partCount,
      missingPartNumbers: numbers.filter((number) => !file.parts.has(number)),
      expiresAt: EXPIRES_AT,
      parts,
    },
  };
};
