import { and, isNull, sql } from 'drizzle-orm';
import { contents } from '../../../db/schema/contents.js';
import { BLOCK_MAC_BYTES, type BlockMacs } from '../../domain/block-macs.js';
import type { ContentTransaction } from '../../ports/contents.js';
import { isCopy, type FileScope } from './file-scope.js';

/** What proves the blocks of sealed copies. Much of it may belong to one copy, so nobody reads more than is wanted. */
export const createBlocks = (
  context: FileScope,
): Pick<ContentTransaction, 'blockSize' | 'blockMacs' | 'addBlocks'> => ({
  blockSize: async (vaultKey) => {
    const [row] = await context.sql
      .select({ blockBytes: contents.blockBytes })
      .from(contents)
      .where(isCopy(context, vaultKey));
    return row?.blockBytes ?? undefined;
  },
  blockMacs: async (vaultKey, firstBlock, count) => {
    // Positions begin with 1, and the key stands before the first MAC.
    const start = (firstBlock + 1) * BLOCK_MAC_BYTES + 1;
    const { blockMacs } = contents;
    const macs = sql<Uint8Array>`substring(${blockMacs} from 1 for ${sql.raw(String(BLOCK_MAC_BYTES))})
      || substring(${blockMacs} from ${start}::int for ${count * BLOCK_MAC_BYTES}::int)`;
    const [row] = await context.sql.select({ macs }).from(contents).where(isCopy(context, vaultKey));
    return row?.macs ?? undefined;
  },
  addBlocks: (vaultKey, blocks) => addBlocks(context, vaultKey, blocks),
});

/** As `ContentTransaction` has it. */
export async function addBlocks(
  context: FileScope,
  vaultKey: string,
  { blockBytes, macs }: BlockMacs,
): Promise<void> {
  await context.sql
    .update(contents)
    .set({ blockBytes, blockMacs: macs })
    .where(and(isCopy(context, vaultKey), isNull(contents.blockBytes)));
}
