import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../../src/domain/errors.js';
import type { ExpectedStore, StoreIdentity, StoreRegistry } from '../../../src/ports/store-identity.js';
import { recogniseStore } from '../../../src/usecases/recognise-store.js';

/** A store and a database, each with what it remembers. */
interface World {
  stored: string | undefined;
  known: ExpectedStore | undefined;
}

/** Ends whoever is told so: a process that is killed. */
class Killed extends Error {}

type Step = <T>(work: () => T) => Promise<T>;

const storeOf = (world: World, step: Step): StoreIdentity => ({
  identityPlace: '/data/store-id',
  identity: () => step(() => world.stored),
  identify: (id) =>
    step(() => {
      world.stored = id;
    }),
});

const registryOf = (world: World, step: Step): StoreRegistry => ({
  expected: () => step(() => world.known),
  propose: (id) => step(() => (world.known ??= { id, isSettled: false })),
  settle: (id) =>
    step(() => {
      if (world.known?.id === id) world.known = { id, isSettled: true };
    }),
});

const atOnce: Step = (work) => Promise.resolve(work());
const start = (world: World, newId = 'new', step = atOnce): Promise<void> =>
  recogniseStore({ store: storeOf(world, step), registry: registryOf(world, step), newId: () => newId });

const refusal = (world: World): Promise<string> =>
  start(world).then(
    () => 'started',
    (error: unknown) => (error instanceof PermanentError ? error.message : 'another error'),
  );

describe('recognising the store', () => {
  it('gives a new one an id that the database remembers, and knows it again', async () => {
    const world: World = { stored: undefined, known: undefined };
    await start(world);
    await start(world, 'other');
    expect(world).toEqual({ stored: 'new', known: { id: 'new', isSettled: true } });
  });

  it('refuses an empty place where the store should be, and says which id is missing and where', async () => {
    const world: World = { stored: undefined, known: { id: 'its id', isSettled: true } };
    expect(await refusal(world)).toMatch(/not mounted.*its id/);
    expect(world.stored).toBeUndefined();
    world.stored = 'its id';
    expect(await refusal(world)).toBe('started');
  });

  it.each([true, false])('refuses the store of another database (known for sure: %s)', async (isSettled) => {
    const world: World = { stored: 'theirs', known: { id: 'ours', isSettled } };
    expect(await refusal(world)).toMatch(/theirs.*ours/);
    expect(world).toEqual({ stored: 'theirs', known: { id: 'ours', isSettled } });
  });

  it('refuses a store that has an id when the database knows of none', async () => {
    const world: World = { stored: 'theirs', known: undefined };
    expect(await refusal(world)).toMatch(/another database.*theirs.*\/data\/store-id/);
    expect(world).toEqual({ stored: 'theirs', known: undefined });
  });

  it('ends with one id however many start at once, and wherever some of them are killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.option(fc.nat({ max: 4 }), { nil: undefined }), { minLength: 1, maxLength: 4 }),
        async (scheduler, deaths) => {
          const world: World = { stored: undefined, known: undefined };
          const starts = deaths.map((stepsToLive, index) => {
            let steps = 0;
            const step: Step = async (work) => {
              if (steps === stepsToLive) throw new Killed();
              steps += 1;
              return scheduler.schedule(Promise.resolve()).then(work);
            };
            return start(world, `new ${String(index)}`, step).catch((error: unknown) => {
              if (!(error instanceof Killed)) throw error;
            });
          });
          await scheduler.waitFor(Promise.all(starts));
          await start(world, 'last');
          expect(world.known).toEqual({ id: world.stored, isSettled: true });
        },
      ),
    );
  });
});
