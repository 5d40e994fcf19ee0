import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { File } from '../../src/domain/file.js';
import type { InspectFileDeps } from '../../src/usecases/inspection/inspection.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACTORS, createSharingScene, type SharingScene } from '../support/sharing-scene.js';

/** Longest run of a whole model, on a machine that does much else. */
const TIMEOUT_MS = 240_000;
const RUNS = 6;
const CONTENTS = [Buffer.alloc(0), Buffer.from('first'), Buffer.alloc(70_000, 'second')];

/** One thing that is done; `dies` is after how many calls to store and database its process is gone. */
const action = fc.record({
  kind: fc.constantFrom('upload', 'upload', 'delete'),
  tenant: fc.nat(1),
  content: fc.nat(CONTENTS.length - 1),
  dies: fc.option(fc.nat(12), { nil: undefined, freq: 3 }),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Lets a number of calls through; after those the process that makes them is dead. */
function dieAfter(deps: InspectFileDeps, calls: number | undefined): Partial<InspectFileDeps> {
  if (calls === undefined) return {};
  let left = calls;
  const mortal = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name): unknown => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          left -= 1;
          return left < 0 ? Promise.reject(new Error('dead')) : Reflect.apply(value, target, given);
        };
      },
    });
  return { files: mortal(deps.files), objects: mortal(deps.objects) };
}

describe('deduplication, whatever happens at once and wherever it is cut off', () => {
  let inner: InspectionScene;
  let scene: SharingScene;
  beforeAll(async () => {
    inner = await openInspectionScene();
    scene = createSharingScene(inner);
  });
  afterAll(() => inner.close());

  async function play(step: Action, known: File[]): Promise<void> {
    const actor = ACTORS[step.tenant];
    const bytes = CONTENTS[step.content];
    if (!actor || !bytes) throw new Error('There is no such actor or content.');
    const mortal = dieAfter(scene.deps, step.dies);
    if (step.kind === 'upload') {
      const file = await scene.receive(actor, bytes);
      known.push(file);
      await scene.inspect(file, mortal).catch(() => undefined);
      return;
    }
    const doomed = known.find((file) => file.tenantId === actor.tenantId);
    if (!doomed) return;
    known.splice(known.indexOf(doomed), 1);
    await scene.remove(actor, doomed, mortal).catch(() => undefined);
  }

  it(
    'keeps each content of each tenant exactly once, as long as a file has it, and counts exactly',
    async () => {
      const steps = fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 5,
      });
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const known: File[] = [];
          for (const together of script) {
            await Promise.all(together.map((step) => play(step, known)));
            const { counted, referenced, live, stored } = await scene.look();
            expect(referenced.filter((word) => !counted.includes(word))).toEqual([]);
            expect(live.filter((word) => !stored.includes(word))).toEqual([]);
          }
          await scene.settle();
          // What a deletion does after its answer may still be under way.
          await expect
            .poll(() => scene.look().then(({ stored, live }) => stored.join() === live.join()), {
              timeout: 20_000,
            })
            .toBe(true);
          const { counted, referenced, live, stored } = await scene.look();
          expect(counted).toEqual(referenced);
          expect(stored).toEqual(live);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
