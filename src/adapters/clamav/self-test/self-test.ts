import type { ScanReply } from '../../../domain/verdict.js';
import type { ScannerStatus } from '../../../ports/scanner.js';
import type { ClamdAddress } from '../address.js';
import { openConnection } from '../connection.js';
import { createInstream } from '../instream.js';
import { parseScanReply } from '../reply.js';
import { askStatus, type SessionTimeouts } from '../session.js';
import { findBorder, type SizeBorder, type WrongAnswer } from './find-border.js';
import { eicar, encryptedZip, tarThatDeclares, tooDeepZip } from './samples.js';

/** What a clamd that may judge files has shown of itself. */
export interface PassedTest {
  readonly status: ScannerStatus;
  /** Whether its definitions are numbered ones of ClamAV, those that `npm start` makes, or somebody's own. */
  readonly definitions: DefinitionsKind;
  readonly border: SizeBorder;
}

/** Where definitions come from. */
export type DefinitionsKind = 'official' | 'development' | 'local';

/** What the definitions that `npm start` makes call their one signature. */
const DEVELOPMENT_SIGNATURE = 'Lazaret.Development.';

/** Longest wait for the judgement over one sample: a clamd whose threads are all at work lets it wait. */
const MAX_PATIENCE_MS = 60_000;

/** No clamd takes a chunk of 4 GiB; it refuses when it is announced, so that none has to be sent. */
const OVERSIZE_CHUNK = Buffer.from([0xff, 0xff, 0xff, 0xff]);

/**
 * Shows a clamd what it must not call OK: the EICAR test string, an encrypted archive, an archive that is too deep, a
 * stream that is too long, members that are too large. Its protocol does not tell how it is configured; its answers do.
 *
 * @param known - the border that was found the last time
 * @returns what is wrong where an answer is
 * @throws TransientError when it does not answer as clamd does, or the signal aborts
 */
export async function testClamd(
  address: ClamdAddress,
  timeouts: SessionTimeouts,
  known?: SizeBorder,
  signal?: AbortSignal,
): Promise<PassedTest | WrongAnswer> {
  const patience = { ...timeouts, replyTimeoutMs: Math.min(timeouts.replyTimeoutMs, MAX_PATIENCE_MS) };
  const scan = (sample: Uint8Array): Promise<ScanReply> => scanSample(address, patience, sample, signal);
  const status = await askStatus(address, patience.connectTimeoutMs, signal);
  const malware = await scan(eicar());
  if (malware.kind !== 'found') return { wrong: 'does not know the EICAR test file' };
  if ((await scan(encryptedZip())).kind !== 'encrypted') {
    return { wrong: 'passes encrypted archives: it needs AlertEncrypted yes' };
  }
  if ((await scan(tooDeepZip())).kind !== 'limit') {
    return { wrong: 'passes what exceeds a limit: it needs AlertExceedsMax yes' };
  }
  if ((await announceOversize(address, patience, signal)).kind !== 'limit') {
    return { wrong: 'takes streams of any length: it needs StreamMaxLength' };
  }
  const border = await findBorder((sizeBytes) => scan(tarThatDeclares(sizeBytes)), known);
  if ('wrong' in border) return border;
  return { status, definitions: kindOf(status, malware.signature), border };
}

function kindOf({ definitionsBuiltAt }: ScannerStatus, signature: string): DefinitionsKind {
  if (definitionsBuiltAt !== null) return 'official';
  return signature.startsWith(DEVELOPMENT_SIGNATURE) ? 'development' : 'local';
}

async function scanSample(
  address: ClamdAddress,
  timeouts: SessionTimeouts,
  sample: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<ScanReply> {
  const connection = await openConnection(address, timeouts.connectTimeoutMs, signal);
  try {
    const instream = createInstream(connection, timeouts);
    await instream.write(sample);
    return await instream.finish();
  } finally {
    connection.close();
  }
}

async function announceOversize(
  address: ClamdAddress,
  timeouts: SessionTimeouts,
  signal: AbortSignal | undefined,
): Promise<ScanReply> {
  const connection = await openConnection(address, timeouts.connectTimeoutMs, signal);
  try {
    await connection.send([Buffer.from('zINSTREAM\0'), OVERSIZE_CHUNK], timeouts.writeTimeoutMs);
    return parseScanReply(await connection.receive(timeouts.replyTimeoutMs));
  } finally {
    connection.close();
  }
}
