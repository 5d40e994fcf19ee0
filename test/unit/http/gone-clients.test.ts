import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packSecretZip } from '../../../src/adapters/zip/secret-zip.js';
import { ok } from '../../../src/domain/result.js';
import { registerDownloads, type DownloadsDeps } from '../../../src/http/downloads.js';
import { registerQuarantine } from '../../../src/http/quarantine.js';
import { makeFile } from '../../support/make-file.js';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

const content = randomBytes(1_000);
const { tenantId, id: fileId } = makeFile();

/** Requests that wait for the database until they are let go on. */
let waiting: (() => void)[];
let isHeld: boolean;
/** Of every watch that was begun. */
let signals: AbortSignal[];

const hold = async (): Promise<void> => {
  if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
};

const servable = () => ({
  file: {
    ...makeFile({ state: 'CLEAN' }),
    state: 'CLEAN' as const,
    sizeBytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  },
  hasRanges: true,
  read: () =>
    Promise.resolve({ sizeBytes: content.length, body: Readable.from([content], { objectMode: false }) }),
  withdrawn: (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false)));
  },
});

const openDownload: DownloadsDeps['openDownload'] = async () => {
  await hold();
  return ok(servable());
};
const openQuarantined = async () => {
  await hold();
  return ok(servable());
};

describe('a client that is gone before its request was looked at', () => {
  let edge: TestEdge;
  beforeAll(async () => {
    const grant = { tenantId, fileId, subject: 'anna' };
    edge = await startTestEdge((app, { metrics }) => {
      registerDownloads(app, {
        urls: { readDownload: () => Promise.resolve(grant) },
        openDownload,
        metrics,
      });
      registerQuarantine(app, {
        urls: {
          readReleased: () => Promise.resolve({ ...grant, releaseId: 'r' }),
          readForensic: () => Promise.resolve({ ...grant, encryption: 'ZIP_CRYPTO' }),
        },
        openReleased: openQuarantined,
        openForensic: openQuarantined,
        zip: (entry, lock) => Promise.resolve(packSecretZip(entry, lock)),
        metrics,
      });
    });
  });
  afterAll(() => edge.close());
  beforeEach(() => {
    [waiting, signals, isHeld] = [[], [], true];
  });

  /** Asks, leaves while the database is asked, and waits until nothing is to be heard of the socket any more. */
  async function askAndLeave(path: string): Promise<void> {
    const others = await connections();
    const socket = connect(edge.port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    socket.resetAndDestroy();
    await expect.poll(() => connections()).toBeLessThanOrEqual(others);
    for (const goOn of waiting.splice(0)) goOn();
  }

  const connections = (): Promise<number> =>
    new Promise((resolve, reject) => {
      edge.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });

  it.each(['/downloads/a', '/quarantine/released/a'])('leaves nothing behind at %s', async (path) => {
    for (let count = 0; count < 3; count += 1) await askAndLeave(path);
    isHeld = false;
    expect((await fetch(`${edge.url}${path}`)).status).toBe(200);
    await expect.poll(() => signals.filter((signal) => !signal.aborted)).toEqual([]);
    const gauge = await edge.metrics.connections.get();
    const open = gauge.values.find(({ labels }) => labels.transport === 'download');
    expect(open?.value).toBe(0);
  });

  it('takes no place of those who examine', async () => {
    for (let count = 0; count < 3; count += 1) await askAndLeave('/quarantine/forensic/a');
    isHeld = false;
    const answer = await fetch(`${edge.url}/quarantine/forensic/a`);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  });
});
