import { and, eq, gt, sql, type SQL } from 'drizzle-orm';
import { possessionChallenges } from '../../../db/schema/possession-challenges.js';
import type { ContentTransaction } from '../../ports/contents.js';
import { databaseNow, databaseNowPlus, type FileScope } from './file-scope.js';

type Possession = Pick<ContentTransaction, 'askPossession' | 'findQuestion' | 'takeQuestion'>;

/** Questions whether somebody holds certain bytes; row-level security shows each to its subject alone. */
export const createPossession = (context: FileScope): Possession => ({
  askPossession: async (question, ttlSeconds, maxOpen) => {
    const { sql: db, scope } = context;
    if ((await countOpen(context, maxOpen)) >= maxOpen) return false;
    await db.insert(possessionChallenges).values({
      tenantId: scope.tenantId,
      subject: scope.subject,
      ...question,
      expiresAt: databaseNowPlus(ttlSeconds * 1000),
    });
    return true;
  },
  findQuestion: async (challenge) => {
    const { sha256, sizeBytes } = possessionChallenges;
    const [row] = await context.sql
      .select({ challenge: possessionChallenges.challenge, sha256, sizeBytes })
      .from(possessionChallenges)
      .where(isOpenQuestion(context, challenge));
    return row;
  },
  takeQuestion: async (challenge) => {
    const taken = await context.sql
      .delete(possessionChallenges)
      .where(isOpenQuestion(context, challenge))
      .returning({ challenge: possessionChallenges.challenge });
    return taken.length === 1;
  },
});

/** Parallel askers may overshoot by as many as there are connections: the bound protects the table, not a secret. */
async function countOpen({ sql: db, scope }: FileScope, upTo: number): Promise<number> {
  const { tenantId, subject, expiresAt } = possessionChallenges;
  const open = db
    .select({ one: sql`1`.as('one') })
    .from(possessionChallenges)
    .where(and(eq(tenantId, scope.tenantId), eq(subject, scope.subject), gt(expiresAt, databaseNow)))
    .limit(upTo)
    .as('open');
  const [row] = await db.select({ total: sql`count(*)`.mapWith(Number) }).from(open);
  return row?.total ?? 0;
}

const isOpenQuestion = ({ scope }: FileScope, challenge: string): SQL | undefined =>
  and(
    eq(possessionChallenges.tenantId, scope.tenantId),
    eq(possessionChallenges.challenge, challenge),
    eq(possessionChallenges.subject, scope.subject),
    gt(possessionChallenges.expiresAt, databaseNow),
  );
