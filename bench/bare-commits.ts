import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { answerParent } from './answer-parent.js';
import { stretch } from './client/bytes.js';
import { inParallel } from './client/in-parallel.js';

/** What durability alone costs: the same Postgres and the same disk, and nothing between them and a bare client. */
interface BareJob {
  /** Of a superuser: no policy is in the way. */
  readonly databaseUrl: string;
  readonly directory: string;
  readonly count: number;
  readonly parallel: number;
  readonly sizeBytes: number;
  /** Transactions that are durable before a file counts. */
  readonly commitsPerFile: number;
}

const CREATE = 'create table if not exists bench_commits (id bigserial primary key, note text not null)';
const INSERT = { name: 'bench', text: 'insert into bench_commits (note) values ($1)' };

answerParent({
  commitFiles: async (job: BareJob) => {
    const pool = new pg.Pool({ connectionString: job.databaseUrl, max: job.parallel });
    const directory = path.join(job.directory, 'bare-files');
    try {
      await mkdir(directory, { recursive: true });
      await pool.query(CREATE);
      await inParallel(job.count, job.parallel, async (index) => {
        await writeDurably(path.join(directory, String(index)), stretch('random', index, job.sizeBytes));
        for (let commit = 0; commit < job.commitsPerFile; commit += 1) {
          await pool.query({ ...INSERT, values: [`file ${String(index)}`] });
        }
      });
    } finally {
      await pool.query('drop table if exists bench_commits');
      await pool.end();
      await rm(directory, { recursive: true, force: true });
    }
  },
});

async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.write(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
