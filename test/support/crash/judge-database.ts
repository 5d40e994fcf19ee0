import type pg from 'pg';
import type { EventView } from '../watch-live.js';
import type { Told } from './scene.js';

/** A row of `files`, as far as it is judged. */
export interface FileRow {
  readonly id: string;
  readonly tenant: string;
  readonly label: string | null;
  readonly state: string;
  readonly version: number;
  readonly sha256: string | null;
  readonly size: number | null;
  readonly received: number;
  readonly ingestKey: string;
  readonly ingestHandle: string | null;
  readonly vaultKey: string | null;
  readonly hasLeft: boolean;
}

/** Reads every file, ended or not. */
export async function readFiles(db: pg.Client): Promise<FileRow[]> {
  const { rows } = await db.query<FileRow>(`
    select id, tenant_id as tenant, state, version, sha256, size_bytes::float8 as size, received_bytes::float8 as received,
      ingest_key as "ingestKey", ingest_handle as "ingestHandle", vault_key as "vaultKey",
      staged_removed_at is not null as "hasLeft",
      (select entry ->> 'value' from jsonb_array_elements(metadata) entry where entry ->> 'key' = 'label') as label
    from files`);
  return rows;
}

/** Keys of the beginnings of parts that open uploads have. */
export async function readFragmentKeys(db: pg.Client): Promise<string[]> {
  const { rows } = await db.query<{ key: string }>('select object_key as key from fragments');
  return rows.map(({ key }) => key);
}

/** Work that is still to be done before anything can be judged. */
export async function countUnfinished(db: pg.Client): Promise<number> {
  const { rows } = await db.query<{ left: number }>(`
    select (select count(*) from files where state = 'SCANNING')::int
      + (select count(*) from events where published_at is null)::int
      + (select count(*) from files where staged_removed_at is null
          and state not in ('PENDING', 'RECEIVING', 'SCANNING')
          and not exists (select from dead_letters letter where letter.file_id = files.id and letter.status = 'OPEN'))::int as left`);
  return rows[0]?.left ?? 0;
}

/** Whether each file stands where its client was told. */
export function judgeStates(files: readonly FileRow[], tolds: readonly Told[]): string[] {
  return tolds.flatMap((told) => {
    const { plan, fileId } = told;
    const own = files.filter(({ label }) => label === plan.label);
    if (own.length > 1) return [`${plan.label}: ${own.length} files of one request`];
    const [row] = own;
    if (fileId === undefined) return plan.hasKey ? [`${plan.label}: never answered`] : [];
    if (row?.id !== fileId) {
      return [`${plan.label}: file ${fileId} was acknowledged, ${row?.id ?? 'none'} is there`];
    }
    if (row.received < told.receivedBytes) {
      return [`${plan.label}: ${told.receivedBytes} bytes were acknowledged, ${row.received} are there`];
    }
    const expected = expectedState(told);
    return expected.includes(row.state)
      ? []
      : [`${plan.label}: is ${row.state}, must be ${expected.join(' or ')}`];
  });
}

function expectedState({ plan, isCompleted, isCancelled, isDeleted, isUncertain }: Told): string[] {
  if (isDeleted) return ['DELETED'];
  if (isCompleted) return [plan.outcome];
  if (isCancelled) return ['CANCELLED'];
  return isUncertain ? ['PENDING', 'RECEIVING', 'CANCELLED', plan.outcome] : ['PENDING', 'RECEIVING'];
}

/** Whether each acknowledged part is in the ledger, with its etag and its checksum. */
export async function judgeLedger(
  db: pg.Client,
  tolds: readonly Told[],
  checksumOf: (told: Told, partNumber: number) => string,
): Promise<string[]> {
  const { rows } = await db.query<{ file: string; number: number; etag: string; sha256: string }>(
    'select file_id as file, part_number as number, etag, sha256 from parts',
  );
  const ledger = new Map(rows.map((row) => [`${row.file}/${row.number}`, row]));
  return tolds.flatMap((told) =>
    [...told.parts].flatMap(([number, etags]) => {
      const row = ledger.get(`${told.fileId ?? ''}/${number}`);
      const name = `${told.plan.label}: part ${number}`;
      if (!row) return [`${name} was acknowledged and is not in the ledger`];
      if (!etags.includes(row.etag)) {
        return [`${name} has etag ${row.etag}, acknowledged was ${etags.join(' or ')}`];
      }
      return row.sha256 === checksumOf(told, number) ? [] : [`${name} has another checksum`];
    }),
  );
}

/** Whether the history has no gap, follows each file through its states, and ends where the file stands. */
export async function judgeHistory(db: pg.Client, files: readonly FileRow[]): Promise<string[]> {
  const { rows } = await db.query<EventRow>(`
    select tenant_id as tenant, sequence::int as sequence, file_id as file, version, from_state as "from",
      to_state as "to" from events order by tenant_id, sequence`);
  const found: string[] = [];
  const heads = new Map<string, number>();
  const last = new Map<string, EventRow>();
  for (const row of rows) {
    const expected = (heads.get(row.tenant) ?? 0) + 1;
    if (row.sequence !== expected) {
      found.push(`history of ${row.tenant}: ${row.sequence} instead of ${expected}`);
    }
    heads.set(row.tenant, row.sequence);
    const before = last.get(row.file);
    if (row.version !== (before?.version ?? 0) + 1 || row.from !== (before?.to ?? null)) {
      found.push(
        `history of ${row.file}: ${row.from ?? 'nothing'} -> ${row.to} (v${row.version}) after ${before?.to ?? 'nothing'}`,
      );
    }
    last.set(row.file, row);
  }
  for (const { id, state, version } of files) {
    const event = last.get(id);
    if (event?.to !== state || event.version !== version) {
      found.push(`file ${id} is ${state} (v${version}), its history ends with ${event?.to ?? 'nothing'}`);
    }
  }
  return found;
}

interface EventRow {
  readonly tenant: string;
  readonly sequence: number;
  readonly file: string;
  readonly version: number;
  readonly from: string | null;
  readonly to: string;
}

/** Whether a client that was there from the first event saw exactly what the database has. */
export async function judgeObserved(
  db: pg.Client,
  slug: string,
  firstFileId: string,
  seen: readonly EventView[],
): Promise<string[]> {
  const { rows } = await db.query<{ file: string; version: number; to: string }>(
    `select file_id as file, version, to_state as to from events
     where tenant_id = (select id from tenants where slug = $1)
       and sequence > (select sequence from events where file_id = $2 and version = 1) order by sequence`,
    [slug, firstFileId],
  );
  const is = seen.map(({ file, to }) => `${file.id} v${file.version} ${to}`);
  const must = rows.map(({ file, version, to }) => `${file} v${version} ${to}`);
  const index = must.findIndex((line, at) => line !== is[at]);
  if (index >= 0) {
    return [`${slug} saw ${is[index] ?? 'nothing'} as event ${index}, not ${must[index] ?? ''}`];
  }
  return is.length > must.length ? [`${slug} saw ${is.length - must.length} events too many`] : [];
}

/** Whether what is held of each quota is what its files have, and every change was audited. */
export async function judgeAccounts(db: pg.Client): Promise<string[]> {
  const usage = await db.query<{ slug: string; held: string; owed: string }>(`
    select slug, format('%s bytes, %s files, %s uploads', used_bytes, file_count, open_uploads) as held, (
      select format('%s bytes, %s files, %s uploads', coalesce(sum(coalesce(size_bytes, received_bytes)), 0), count(*),
        count(*) filter (where state in ('PENDING', 'RECEIVING'))) from files
      where files.tenant_id = tenants.id and state not in ('REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED')) as owed
    from tenants join tenant_usage on tenant_usage.tenant_id = tenants.id`);
  const audit = await db.query<{ audited: number; happened: number }>(
    `select (select count(*) from audit where action like 'file.%')::int as audited,
      (select count(*) from events)::int as happened`,
  );
  return [
    ...usage.rows
      .filter(({ held, owed }) => held !== owed)
      .map(({ slug, held, owed }) => `${slug} is charged ${held} and has ${owed}`),
    ...audit.rows
      .filter(({ audited, happened }) => audited !== happened)
      .map(({ audited, happened }) => `${audited} audit rows for ${happened} changes`),
  ];
}
