import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import {
  guardStore,
  storeBreaker,
  type WholeStore,
} from '../../../src/adapters/guarded-store/guard-store.js';
import { NoRoomError, PermanentError, TransientError } from '../../../src/domain/errors.js';
import { createBreaker, type Breaker } from '../../../src/observability/breaker.js';

const REF = { area: 'vault', key: 'a/b' } as const;
const UPLOAD = { key: 'a/b', handle: 'h' };
const FAILURES = 5;

/** What the store underneath does. */
function makeOwn() {
  const object = () => Promise.resolve({ sizeBytes: 3, body: Readable.from(['a', 'b', 'c']) });
  const nothing = () => Promise.resolve();
  return {
    minPartBytes: 1,
    beginUpload: vi.fn(() => Promise.resolve(UPLOAD)),
    putPart: vi.fn(() => Promise.resolve({ partNumber: 1, etag: 'e' })),
    finishUpload: vi.fn(nothing),
    abortUpload: vi.fn(nothing),
    direct: {
      signPart: vi.fn(() => Promise.resolve({ url: 'http://store', headers: [] })),
      listParts: vi.fn(() => Promise.resolve([])),
    },
    write: vi.fn(nothing),
    read: vi.fn(object),
    lend: vi.fn(object),
    stat: vi.fn(() => Promise.resolve(3)),
    remove: vi.fn(nothing),
    check: vi.fn(nothing),
    isolate: vi.fn(() => Promise.resolve(true)),
    readIsolated: vi.fn(object),
    removeIsolated: vi.fn(nothing),
    list: vi.fn<WholeStore['list']>(),
    identityPlace: 'here',
    identity: vi.fn(() => Promise.resolve(undefined)),
    identify: vi.fn(nothing),
  } satisfies WholeStore;
}

interface Scene {
  readonly own: ReturnType<typeof makeOwn>;
  readonly store: WholeStore;
  readonly breaker: Breaker;
}

function setUp(): Scene {
  const own = makeOwn();
  const breaker = createBreaker({ ...storeBreaker(own), openMs: 60_000 });
  return { own, breaker, store: guardStore(own, breaker) };
}

const down = (): Promise<never> => Promise.reject(new TransientError('object-store', 'down'));

async function breakDown({ own, store, breaker }: Scene): Promise<void> {
  own.stat.mockImplementation(down);
  for (let time = 0; time < FAILURES; time += 1) await expect(store.stat(REF)).rejects.toThrow('down');
  expect(breaker.state()).toBe('open');
}

/** Every operation that asks the store, by name. */
const operations: Record<string, (store: WholeStore) => Promise<unknown>> = {
  beginUpload: (store) => store.beginUpload('a/b'),
  putPart: (store) => store.putPart(UPLOAD, 1, 1, Readable.from(['a'])),
  finishUpload: (store) => store.finishUpload(UPLOAD, []),
  abortUpload: (store) => store.abortUpload(UPLOAD),
  listParts: async (store) => store.direct?.listParts(UPLOAD, 0),
  write: (store) => store.write(REF, 1, Readable.from(['a'])),
  read: (store) => store.read(REF),
  lend: (store) => store.lend(REF),
  stat: (store) => store.stat(REF),
  remove: (store) => store.remove(REF),
  check: (store) => store.check(),
  isolate: (store) => store.isolate(REF, 'a/b'),
  readIsolated: (store) => store.readIsolated('a/b'),
  removeIsolated: (store) => store.removeIsolated('a/b'),
};

describe('a store with a breaker before it', () => {
  it.each(Object.entries(operations))(
    'is reached by %s, and not while it is left alone',
    async (name, ask) => {
      const scene = setUp();
      const mocks = { ...scene.own, ...scene.own.direct } as unknown as Record<
        string,
        ReturnType<typeof vi.fn>
      >;
      await ask(scene.store);
      expect(mocks[name]).toHaveBeenCalledTimes(1);
      await breakDown(scene);
      const before = mocks[name]?.mock.calls.length;
      await expect(ask(scene.store)).rejects.toMatchObject({
        name: 'TransientError',
        dependency: 'object-store',
      });
      expect(mocks[name]?.mock.calls.length).toBe(before);
    },
  );

  it('lets what is under way go on', async () => {
    const scene = setUp();
    const opened = await scene.store.read(REF);
    const putting = Promise.withResolvers<{ partNumber: number; etag: string }>();
    scene.own.putPart.mockReturnValue(putting.promise);
    const put = scene.store.putPart(UPLOAD, 1, 1, Readable.from(['a']));
    await breakDown(scene);
    putting.resolve({ partNumber: 1, etag: 'late' });
    expect(await put).toEqual({ partNumber: 1, etag: 'late' });
    expect(opened && (await text(opened.body))).toBe('abc');
  });

  it('lets no body hang that it does not take', async () => {
    const scene = setUp();
    await breakDown(scene);
    const bodies = [Readable.from(['a']), Readable.from(['b'])];
    const [part, whole] = bodies;
    if (!part || !whole) throw new Error('There are two.');
    await expect(scene.store.putPart(UPLOAD, 1, 1, part)).rejects.toThrow(TransientError);
    await expect(scene.store.write(REF, 1, whole)).rejects.toThrow(TransientError);
    expect(bodies.map((body) => body.destroyed)).toEqual([true, true]);
  });

  it('still signs: that asks nobody', async () => {
    const scene = setUp();
    await breakDown(scene);
    expect(await scene.store.direct?.signPart(UPLOAD, { partNumber: 1, sizeBytes: 1 }, 60)).toHaveProperty(
      'url',
    );
  });

  it.each<[string, () => Error]>([
    ['a body that breaks off', () => new Error('the client is gone')],
    ['a body of another size', () => new PermanentError('object-store', 'wrong size')],
    ['a failure of another part', () => new TransientError('postgres', 'down')],
    ['being full', () => new NoRoomError('object-store', 'full')],
  ])('is not blamed for %s', async (_, makeError) => {
    const scene = setUp();
    scene.own.putPart.mockImplementation(() => Promise.reject(makeError()));
    for (let time = 0; time < 3 * FAILURES; time += 1) {
      await expect(scene.store.putPart(UPLOAD, 1, 1, Readable.from(['a']))).rejects.toThrow();
    }
    expect(scene.breaker.state()).toBe('closed');
  });

  it('is not blamed for what was given up', async () => {
    const scene = setUp();
    scene.own.stat.mockImplementation(down);
    const stopped = AbortSignal.abort();
    for (let time = 0; time < 3 * FAILURES; time += 1) {
      await expect(scene.store.stat(REF, stopped)).rejects.toThrow('down');
    }
    expect(scene.breaker.state()).toBe('closed');
  });

  it('is asked by its own check whether it is back, and not by an upload', async () => {
    const { own } = setUp();
    const breaker = createBreaker({ ...storeBreaker(own), openMs: 1 });
    const scene = { own, breaker, store: guardStore(own, breaker) };
    own.check.mockImplementation(down);
    await breakDown(scene);
    await vi.waitFor(() => expect(own.check.mock.calls.length).toBeGreaterThan(2));
    await expect(scene.store.beginUpload('a/b')).rejects.toThrow('left alone');
    own.check.mockImplementation(() => Promise.resolve());
    await vi.waitFor(() => expect(breaker.state()).toBe('closed'));
    expect(own.beginUpload).not.toHaveBeenCalled();
    expect(await scene.store.beginUpload('a/b')).toEqual(UPLOAD);
  });

  it.each([
    ['a check that got no answer in time', (): AbortSignal => AbortSignal.timeout(1), 'open'],
    ['no check that nobody waits for any more', (): AbortSignal => AbortSignal.abort(), 'closed'],
  ] as const)('is blamed for %s', async (_what, signalOf, state) => {
    const { own, store, breaker } = setUp();
    own.check.mockImplementation((...args: unknown[]) => untilAborted(args[0] as AbortSignal));
    for (let time = 0; time < FAILURES; time += 1) await expect(store.check(signalOf())).rejects.toThrow();
    expect(breaker.state()).toBe(state);
  });
});

/** What a store does that says nothing. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
