import { beforeAll, describe, expect, it } from 'vitest';
import { createApiClient, granted, codeOf, type ApiClient, type FilePage } from '../support/api-client.js';
import type { Product } from '../support/product.js';
import { EICAR } from '../support/samples.js';
import { eventually, sendFile, untilDecided } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';
import { watchEvents, type EventView, type LiveSource } from '../support/watch-live.js';

let product: Product;
let admin: ApiClient;
let uploader: ApiClient;
/** Of every API process, over both transports. */
let sources: LiveSource[];
let first: EventView;

onSharedProduct(async (shared) => {
  product = shared;
  const token = await product.token('acme-admin');
  admin = createApiClient(product.url, token);
  uploader = createApiClient(product.url, await product.token('acme-uploader'));
  const urls = [product.url, ...product.otherApis.map(({ url }) => url)];
  sources = urls.flatMap((url) => (['ws', 'sse'] as const).map((transport) => ({ transport, url, token })));
  first = await firstEvent();
});

const sourceAt = (index: number): LiveSource => {
  const source = sources[index % sources.length];
  if (!source) throw new Error('There is no source.');
  return source;
};

async function firstEvent(): Promise<EventView> {
  const live = watchEvents(sourceAt(0));
  const make = async (): Promise<number> => {
    granted(await admin.createUpload({ name: 'marker', sizeBytes: 1 }));
    return live.items.length;
  };
  await eventually(make, (count) => count > 0);
  live.stop();
  const [event] = live.items;
  if (!event) throw new Error('There was no event.');
  return event;
}

describe('the list of files', () => {
  const names = Array.from({ length: 7 }, (_, index) => `listed-${index}.txt`);
  beforeAll(async () => {
    for (const name of names) await uploader.createUpload({ name, sizeBytes: 1 });
    await untilDecided(admin, (await sendFile(admin, EICAR, { name: 'listed-virus.com' })).id);
  });

  it('is read page by page, newest first, without a gap and without a repeat', async () => {
    const filter = { nameContains: 'LISTED-' };
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 10; pages += 1) {
      const page: FilePage = granted(
        await admin.files({ filter, first: 3, ...(after === null ? {} : { after }) }),
      );
      expect(page.totalCount).toBe(8);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
      seen.push(...page.edges.map(({ node }) => node.name));
      after = page.pageInfo.endCursor;
      // A file that comes meanwhile is newer than all that are still to be read.
      await uploader.createUpload({ name: 'newer.txt', sizeBytes: 1 });
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(['listed-virus.com', ...names.toReversed()]);
  });

  it('is filtered by state, by name and by who made it', async () => {
    const list = async (filter: object): Promise<string[]> =>
      granted(await admin.files({ filter })).edges.map(({ node }) => node.name);
    expect(await list({ states: ['INFECTED'], nameContains: 'listed-' })).toEqual(['listed-virus.com']);
    expect(await list({ states: [], nameContains: 'listed-3' })).toEqual(expect.any(Array));
    expect(await list({ nameContains: 'listed-3' })).toEqual(['listed-3.txt']);
    expect(await list({ nameContains: 'listed-', createdBy: 'acme-admin' })).toEqual(['listed-virus.com']);
    expect(await list({ nameContains: 'listed-', createdBy: 'nobody' })).toEqual([]);
    expect(await list({ nameContains: '%' })).toEqual([]);
    expect(await list({ nameContains: 'listed_' })).toEqual([]);
  });

  it.each([{ first: 0 }, { first: -1 }, { first: 101 }, { after: 'no cursor' }])(
    'refuses %j',
    async (variables) => {
      expect(codeOf(await admin.files(variables))).toBe('BAD_USER_INPUT');
    },
  );
});

describe('the history of a tenant', () => {
  const line = ({ cursor, from, to, file }: EventView): string =>
    `${cursor} ${file.id} v${file.version} ${from ?? ''}>${to} ${file.state}`;

  it('is the same again from every cursor, over every transport and from every process', async () => {
    const live = sources.map((source) => watchEvents(source, { after: first.cursor }));
    const clean = await sendFile(uploader, Buffer.from('seen by all'));
    await untilDecided(admin, clean.id);
    granted(await admin.deleteFile({ fileId: clean.id }));
    const isLast = ({ file, to }: EventView): boolean => file.id === clean.id && to === 'DELETED';
    await Promise.all(live.map((one) => one.until(isLast)));
    for (const one of live) one.stop();
    const upToLast = (items: readonly EventView[]): string[] =>
      items.slice(0, items.findIndex(isLast) + 1).map(line);
    const [history = [], ...others] = live.map(({ items }) => upToLast(items));
    for (const other of others) expect(other).toEqual(history);
    expect(history.filter((text) => text.includes(clean.id)).map((text) => text.split(' ')[3])).toEqual([
      '>PENDING',
      'PENDING>RECEIVING',
      'RECEIVING>SCANNING',
      'SCANNING>CLEAN',
      'CLEAN>DELETED',
    ]);
    const cursors = history.map((text) => text.split(' ')[0] ?? '');
    expect(new Set(cursors).size).toBe(cursors.length);
    for (const [index, after] of cursors.slice(0, -1).entries()) {
      const replay = watchEvents(sourceAt(index), { after });
      await replay.until(isLast);
      replay.stop();
      expect(upToLast(replay.items)).toEqual(history.slice(index + 1));
    }
  });

  it('can be narrowed to states', async () => {
    const live = watchEvents(sourceAt(1), { after: first.cursor, states: ['INFECTED', 'DELETED'] });
    const virus = await sendFile(admin, EICAR);
    await live.until(({ file, to }) => file.id === virus.id && to === 'INFECTED');
    live.stop();
    expect(new Set(live.items.map(({ to }) => to))).toEqual(new Set(['INFECTED', 'DELETED']));
  });

  it.each(['ws', 'sse'] as const)('refuses a cursor that is none over %s', async (transport) => {
    const live = watchEvents({ ...sourceAt(0), transport }, { after: 'no cursor' });
    await expect(live.done).rejects.toThrow('BAD_USER_INPUT');
  });
});
