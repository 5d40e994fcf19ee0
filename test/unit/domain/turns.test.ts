import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareTurns, type Lane } from '../../../src/domain/turns.js';

const NO_LIMIT = 1_000_000;

const lane = (tenantId: string, held: number, waiting: number): Lane => ({
  ...{ tenantId, held, waiting },
  priority: 'INTERACTIVE',
});

const lanes = fc.array(
  fc.record({
    tenantId: fc.uuid(),
    priority: fc.constantFrom<Lane['priority']>('INTERACTIVE', 'BULK', 'MAINTENANCE'),
    held: fc.nat(20),
    waiting: fc.nat(100),
  }),
  { maxLength: 12 },
);

describe('sharing turns', () => {
  it('gives a tenant that is alone the whole window', () => {
    const alone = lane('acme', 0, 100_000);
    expect(shareTurns([alone], 8, NO_LIMIT)).toEqual(new Map([[alone, 8]]));
  });

  it('gives a newcomer its first place at once, and nothing to those who have theirs, when the window is full', () => {
    const [flood, newcomer] = [lane('acme', 8, 100_000), lane('globex', 0, 3)];
    expect(shareTurns([flood, newcomer], 8, NO_LIMIT)).toEqual(new Map([[newcomer, 1]]));
  });

  it('gives the next place to whoever holds fewest', () => {
    const [many, few] = [lane('acme', 5, 10), lane('globex', 1, 10)];
    expect(shareTurns([many, few], 9, NO_LIMIT)).toEqual(new Map([[few, 3]]));
  });

  it('counts each priority for itself', () => {
    const [urgent, bulk] = [lane('acme', 4, 10), { ...lane('acme', 0, 10), priority: 'BULK' as const }];
    expect(shareTurns([urgent, bulk], 4, NO_LIMIT)).toEqual(new Map([[bulk, 4]]));
  });

  it('hands out no more in one go than it may', () => {
    const tenants = Array.from({ length: 9 }, (_, index) => lane(String(index), 0, 1));
    expect(shareTurns(tenants, 4, 5).size).toBe(5);
  });

  it('leaves nobody waiting without a place, and never fills the window beyond one place for each tenant', () => {
    fc.assert(
      fc.property(lanes, fc.integer({ min: 1, max: 30 }), (all, window) => {
        const turns = shareTurns(all, window, NO_LIMIT);
        for (const priority of ['INTERACTIVE', 'BULK', 'MAINTENANCE'] as const) {
          const rivals = all.filter((item) => item.priority === priority);
          const before = rivals.reduce((sum, { held }) => sum + held, 0);
          const after = rivals.reduce((sum, item) => sum + item.held + (turns.get(item) ?? 0), 0);
          expect(after).toBeLessThanOrEqual(Math.max(before, window) + rivals.length);
          for (const item of rivals) {
            const taken = turns.get(item) ?? 0;
            expect(taken).toBeLessThanOrEqual(item.waiting);
            expect(item.held + taken > 0 || item.waiting === 0).toBe(true);
            const hasMore = taken < item.waiting;
            // Whoever waits on although there was room would have been given the room.
            if (hasMore) expect(after).toBeGreaterThanOrEqual(window);
          }
        }
      }),
    );
  });
});
