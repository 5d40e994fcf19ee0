import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { startProduct, type Product } from '../support/product.js';
import { eventually } from '../support/send-file.js';

const FLOOD = 96;
const WIDTH = 8;
const WINDOW = 8;
const TENANTS = 2;
const BOUND = 2 * WINDOW + TENANTS - 1;
/** So many files keep a busy machine busy for a minute. */
const TIMEOUT_MS = 180_000;

let product: Product;
let database: pg.Client;
beforeAll(async () => {
  const env = { LAZARET_QUEUE_WINDOW: String(WINDOW) };
  product = await startProduct({ services: inject('services'), env });
  database = new pg.Client({ connectionString: product.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await product.stop();
});

const clientOf = async (id: string): Promise<ApiClient> =>
  createApiClient(product.url, await product.token(id));

/** Files in the order of their verdicts. */
const decided = async (): Promise<string[]> => {
  const { rows } = await database.query<{ file_id: string }>(
    `select file_id from events where from_state = 'SCANNING' order by id`,
  );
  return rows.map((row) => row.file_id);
};

describe('a hundred files of one tenant', { timeout: TIMEOUT_MS }, () => {
  it('delay the first file of another by no more than the stated number, and are all judged', async () => {
    const [flood, newcomer] = [await clientOf('acme-admin'), await clientOf('globex-admin')];
    // Nobody inspects meanwhile, so that all of them wait before the other one comes.
    await product.worker.kill9();
    const send = async (index: number): Promise<void> => {
      granted(await flood.uploadFile(Buffer.from(`file ${String(index)}`), { name: 'flood.txt' }));
    };
    for (let start = 0; start < FLOOD; start += WIDTH) {
      await Promise.all(Array.from({ length: WIDTH }, (_, index) => send(start + index)));
    }
    const first = granted(await newcomer.uploadFile(Buffer.from('the only one'), { name: 'first.txt' }));
    await product.worker.restart();
    const order = await eventually(decided, (files) => files.length === FLOOD + 1, TIMEOUT_MS);
    // Those that begin later may still end sooner: as many as run at the same time.
    expect(order.indexOf(first.file.id)).toBeLessThanOrEqual(BOUND + 4);
  });
});
