import type { Readable } from 'node:stream';
import { quarantineKeyOf } from '../../domain/object-keys.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { DueRelease } from '../../ports/backlog.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import type { Scanner, ScanSession } from '../../ports/scanner.js';
import { sweeperOf } from '../sweeper.js';
import { endDueRelease, type EndDueReleaseDeps } from './end-due-release.js';

/** What examining again needs. */
export interface ReexamineReleaseDeps extends EndDueReleaseDeps {
  readonly objects: QuarantineArea;
  readonly scanner: Scanner;
}

/**
 * Examines released content with definitions that are newer than those it was let out under. A hit ends the release
 * at once: two people have judged what was known then, and not what is known now.
 *
 * @throws TransientError when the scanner, the store or the database is away; the release stays due
 */
export const reexamineRelease =
  (deps: ReexamineReleaseDeps) =>
  async (due: DueRelease): Promise<void> => {
    const { files, objects, scanner } = deps;
    const content = await objects.readIsolated(quarantineKeyOf(due.tenantId, due.fileId));
    if (!content) return;
    const session = await scanner.begin().catch((error: unknown) => {
      content.body.destroy();
      throw error;
    });
    const reply = await scan(content.body, session);
    if (reply.kind === 'found') return endDueRelease(deps, due, 'HIT', reply.signature);
    await files.transact(sweeperOf(due), (tx) =>
      tx.noteReexamination(due.releaseId, session.definitionsVersion),
    );
  };

async function scan(body: Readable, session: ScanSession): Promise<ScanReply> {
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) await session.write(chunk);
    return await session.finish();
  } catch (error) {
    session.abort();
    throw error;
  }
}
