import { openDownload } from '../../../src/usecases/downloads.js';
import { judgeAccounts } from '../crash/judge-database.js';
import { sha256Of } from '../memory-inspection.js';
import { linesOf, readLog } from '../saga-lines.js';
import { asSuperuser } from '../database.js';
import { ACME, GLOBEX } from '../stored-files.js';
import { judgeLog, type Change } from './judge-log.js';
import type { SagaScene } from './saga-scene.js';
import type { FileId } from '../../../src/domain/ids.js';

const UNCOUNTED = { count: () => undefined };

/** What must hold of each file that has ended, whatever happened on the way. */
export async function judgeFile(scene: SagaScene, id: FileId, bytes: Buffer): Promise<string[]> {
  const { deps, query } = scene;
  const found: string[] = [];
  const log = await readLog(deps.files, ACME, id);
  const changes = await query<Change>(
    `select file_id as "fileId", version, from_state as "from", to_state as "to" from events where file_id = $1 order by version`,
    [id],
  );
  const wrong = judgeLog(log, changes);
  if (wrong.length > 0) found.push(...wrong, ...linesOf(log));
  const file = await deps.files.transact(ACME, (tx) => tx.find(id));
  if (!file) return [...found, 'the file is gone'];
  const last = changes.at(-1);
  if (last?.version !== file.version || last.to !== file.state) found.push('its history ends elsewhere');
  const download = await openDownload({ ...deps, downloads: UNCOUNTED })(
    { tenantId: file.tenantId, subject: 'anna', fileId: id },
    ACME,
  );
  if (download.ok !== (file.state === 'CLEAN')) {
    found.push(`${file.state} and ${download.ok ? '' : 'not '}downloadable`);
  }
  if (download.ok) {
    const { body } = await download.value.read();
    const hash = sha256Of(Buffer.concat(await body.toArray()));
    if (hash !== sha256Of(bytes) || hash !== file.sha256) found.push('other bytes are served');
  }
  if ((await readLog(deps.files, GLOBEX, id)).length > 0) found.push('another tenant sees its log');
  return found;
}

/** What must hold of the store and of the accounts when nothing is left to do. */
export async function judgeRest(scene: SagaScene): Promise<string[]> {
  const stored: string[] = [];
  const unchangedSince = new Date(Date.now() + 3_600_000);
  for await (const { kind, area, key } of scene.deps.objects.list({ unchangedSince })) {
    stored.push(`${kind} ${area ?? ''}/${key}`);
  }
  const referred = await scene.query<{ name: string }>(REFERRED);
  const [is, must] = [stored.toSorted(), referred.map(({ name }) => name).toSorted()];
  return [
    ...is.filter((name) => !must.includes(name)).map((name) => `nobody refers to ${name}`),
    ...must.filter((name) => !is.includes(name)).map((name) => `${name} is lost`),
    ...(await asSuperuser(scene.ownerUrl, judgeAccounts)),
  ];
}

const REFERRED = `select 'object vault/' || vault_key as name from contents
  union all select 'object quarantine/' || tenant_id || '/' || file_id from quarantine where held_at is not null and removed_at is null`;
