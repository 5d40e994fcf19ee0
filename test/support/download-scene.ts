import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { fault } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import { ok } from '../../src/domain/result.js';
import { registerDownloads, type DownloadsDeps } from '../../src/http/downloads.js';
import type { ByteRange } from '../../src/ports/object-store.js';
import {
  hasProvableRanges,
  readProven,
  type InspectedContent,
} from '../../src/usecases/contents/read-proven.js';
import { macsOf, readingMacs } from './blocks-of.js';
import { makeFile } from './make-file.js';
import { startTestEdge } from './test-edge.js';

const bytes = randomBytes(1_000_000);

/** What was inspected. */
export const INSPECTED = {
  bytes,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  updatedAt: new Date('2026-03-01T12:00:00.000Z'),
};
const BLOCK_BYTES = 65_536;

/** What proves the blocks of a content. */
export const provingBlocks = (content: Buffer): InspectedContent['blocks'] => ({
  blockBytes: BLOCK_BYTES,
  readMacs: readingMacs(macsOf(content, BLOCK_BYTES)),
});

/** A server of downloads over one file, which a test may change. */
export interface DownloadScene {
  /** What the store holds. */
  stored: Buffer;
  changes: Partial<File>;
  withdrawal: Promise<boolean>;
  /** What the blocks are proven by; `undefined` where they are not. */
  blocks: InspectedContent['blocks'];
  /** What was opened of the store, in order. */
  readonly opened: Readable[];
  readonly url: string;
  get(headers?: Record<string, string>, method?: string, token?: string): Promise<Response>;
  /** Undoes what a test has changed. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts the server. The token `altered` is of no URL, and the file of `gone` is not clean any more. */
export async function startDownloadScene(): Promise<DownloadScene> {
  const { tenantId, id: fileId } = makeFile();
  const edge = await startTestEdge((app, { metrics }) => {
    registerDownloads(app, {
      urls: {
        readDownload: (token) =>
          Promise.resolve(token === 'altered' ? undefined : { tenantId, fileId, subject: token }),
      },
      openDownload: (grant) => openDownload(scene, grant),
      metrics,
    });
  });
  const fresh = {
    stored: bytes,
    changes: {},
    withdrawal: Promise.resolve(false),
    blocks: provingBlocks(bytes),
  };
  const scene: DownloadScene = {
    ...fresh,
    opened: [],
    url: `${edge.url}/downloads/good`,
    get: (headers = {}, method = 'GET', token = 'good') =>
      fetch(`${edge.url}/downloads/${token}`, { method, headers }),
    reset() {
      Object.assign(scene, fresh);
      scene.opened.length = 0;
    },
    close: () => edge.close(),
  };
  return scene;
}

/** All bytes of an answer. */
export const bodyOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

function openDownload(
  scene: DownloadScene,
  { subject }: { readonly subject: string },
): ReturnType<DownloadsDeps['openDownload']> {
  if (subject === 'gone') return Promise.resolve(fault('FILE_NOT_AVAILABLE'));
  const { sha256, updatedAt } = INSPECTED;
  const inspected = { state: 'CLEAN', sha256, sizeBytes: bytes.length, updatedAt } as const;
  const file = makeFile({ name: 'report.pdf', ...inspected, ...scene.changes });
  const content = {
    sizeBytes: file.sizeBytes ?? 0,
    sha256: file.sha256 ?? '',
    blocks: scene.blocks,
  };
  return Promise.resolve(
    ok({
      file: { ...file, ...content, state: inspected.state },
      hasRanges: hasProvableRanges(content),
      read: (range?: ByteRange, signal?: AbortSignal) =>
        readProven(content, (covering) => openStored(scene, covering, signal), range),
      withdrawn: () => scene.withdrawal,
    }),
  );
}

function openStored(
  { stored, opened }: DownloadScene,
  range?: ByteRange,
  signal?: AbortSignal,
): Promise<{ sizeBytes: number; body: Readable }> {
  const content = range ? stored.subarray(range.start, range.end + 1) : stored;
  const slices = Array.from({ length: Math.ceil(content.length / 65_536) }, (_, index) =>
    content.subarray(index * 65_536, (index + 1) * 65_536),
  );
  const body = Readable.from(slices, { ...(signal && { signal }) });
  opened.push(body);
  return Promise.resolve({ sizeBytes: stored.length, body });
}
