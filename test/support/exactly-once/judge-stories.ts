import type pg from 'pg';
import { judgeAccounts, judgeHistory, readFiles, type FileRow } from '../crash/judge-database.js';
import type { StoryEnd } from './play-story.js';

/** Finds whatever does not have exactly one effect in the database. */
export async function judgeStories(db: pg.Client, ends: readonly StoryEnd[]): Promise<string[]> {
  const files = await readFiles(db);
  return [
    ...judgeFiles(files, ends),
    ...(await judgeHistory(db, files)),
    ...(await judgeAccounts(db)),
    ...(await judgeRows(db)),
  ];
}

function judgeFiles(files: readonly FileRow[], ends: readonly StoryEnd[]): string[] {
  const labels = new Map(ends.map(({ fileId, plan }) => [fileId, plan.label]));
  // Of an upload that is to be a stretch of another one, nothing is kept that its client said.
  const labelOf = ({ id, label }: FileRow): string => label ?? labels.get(id) ?? '';
  const byLabel = Map.groupBy(files, labelOf);
  const known = new Set(labels.values());
  const strangers = files.filter((file) => !known.has(labelOf(file)));
  return [
    ...strangers.map(({ id }) => `file ${id} belongs to no request`),
    ...ends.flatMap((end) => judgeFile(end, byLabel.get(end.plan.label) ?? [])),
  ];
}

function judgeFile({ plan, fileId, state }: StoryEnd, own: readonly FileRow[]): string[] {
  const [file] = own;
  const name = `${plan.label} (${plan.way}, ${plan.end})`;
  if (!file || own.length !== 1 || file.id !== fileId) {
    return [`${name}: ${own.length} files, told was ${fileId ?? 'none'}`];
  }
  const isRight = state === 'OPEN' ? ['PENDING', 'RECEIVING'].includes(file.state) : file.state === state;
  if (!isRight) return [`${name}: is ${file.state}, must be ${state}`];
  if (state !== 'CLEAN' && state !== 'DELETED') return [];
  const isWhole = file.sha256 === plan.sha256 && file.size === plan.sizeBytes;
  return isWhole ? [] : [`${name}: has other bytes than were sent`];
}

/** Rows beside the files: a ledger that adds up, no leftovers, no key without its answer. */
async function judgeRows(db: pg.Client): Promise<string[]> {
  const { rows } = await db.query<{ what: string; count: number }>(`
    select 'ledgers that do not add up' as what, count(*)::int as count from files
      where received_bytes <> (select coalesce(sum(size_bytes), 0) from parts where file_id = files.id)
        + (select coalesce(sum(size_bytes), 0) from fragments where file_id = files.id)
        and state in ('PENDING', 'RECEIVING', 'SCANNING', 'CLEAN')
    union all select 'fragments of ended files', count(*)::int from fragments
      join files on files.id = fragments.file_id where state not in ('PENDING', 'RECEIVING')
    union all select 'keys without an answer', count(*)::int from idempotency_keys where answer is null
    union all select 'sealed copies with a wrong number of references', count(*)::int from contents
      where reference_count = 0 or reference_count <> (select count(*) from files where vault_key = contents.vault_key)
    union all select 'files that were handed over more than once', count(*)::int from (
      select file_id from events where to_state = 'SCANNING' group by file_id having count(*) > 1) repeated`);
  return rows.filter(({ count }) => count > 0).map(({ what, count }) => `${count} ${what}`);
}
