import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EventBus, Topic } from '../../src/ports/event-bus.js';
import { makeFileId, makeTenantId } from '../support/make-job.js';

/** One bus as two processes see it. */
export interface EventBusHarness {
  readonly bus: EventBus;
  readonly peer: EventBus;
  /** Channels that the first process is subscribed to. */
  readonly channelCount: () => Promise<number>;
  close(): Promise<void>;
}

/** What every event bus keeps to. */
export function describeEventBus(name: string, open: () => Promise<EventBusHarness>): void {
  describe(`event bus: ${name}`, () => {
    const opened: EventBusHarness[] = [];
    const start = async (): Promise<EventBusHarness> => {
      const harness = await open();
      opened.push(harness);
      return harness;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((harness) => harness.close()));
    });

    const events = (): Topic => ({ kind: 'events', tenantId: makeTenantId() });
    const called = (listener: ReturnType<typeof vi.fn>, times: number): Promise<void> =>
      vi.waitFor(() => {
        expect(listener.mock.calls.length).toBeGreaterThanOrEqual(times);
      });

    it('wakes a listener in another process, and tells it nothing', async () => {
      const { bus, peer } = await start();
      const listener = vi.fn();
      const topic = events();
      await bus.listen(topic, listener);
      peer.wake(topic);
      await called(listener, 1);
      expect(listener).toHaveBeenCalledWith();
    });

    it('wakes every listener of a topic, also one that was given twice', async () => {
      const { bus, peer } = await start();
      const [first, second] = [vi.fn(), vi.fn()];
      const topic: Topic = { kind: 'outbox' };
      await Promise.all([bus.listen(topic, first), bus.listen(topic, second), bus.listen(topic, second)]);
      peer.wake(topic);
      await called(first, 1);
      await called(second, 2);
    });

    it('keeps topics apart: tenants, files and kinds', async () => {
      const { bus, peer } = await start();
      const [tenantId, fileId] = [makeTenantId(), makeFileId()];
      const wrong = vi.fn();
      await bus.listen({ kind: 'progress', tenantId, fileId: makeFileId() }, wrong);
      await bus.listen({ kind: 'progress', tenantId: makeTenantId(), fileId }, wrong);
      await bus.listen({ kind: 'events', tenantId }, wrong);
      const right = vi.fn();
      await bus.listen({ kind: 'progress', tenantId, fileId }, right);
      peer.wake({ kind: 'progress', tenantId, fileId });
      await called(right, 1);
      expect(wrong).not.toHaveBeenCalled();
    });

    it('wakes again for what happened after a wake-up, however fast they come', async () => {
      const { bus, peer } = await start();
      const topic = events();
      let state = 0;
      let seen = 0;
      await bus.listen(topic, () => {
        seen = state;
      });
      for (let change = 1; change <= 5_000; change += 1) {
        state = change;
        peer.wake(topic);
      }
      await vi.waitFor(() => {
        expect(seen).toBe(5_000);
      });
    });

    it('leaves once, however often it is told to, and leaves other listeners alone', async () => {
      const { bus, peer } = await start();
      const topic = events();
      const [gone, stays] = [vi.fn(), vi.fn()];
      const leave = await bus.listen(topic, gone);
      await bus.listen(topic, stays);
      leave();
      leave();
      peer.wake(topic);
      await called(stays, 1);
      expect(gone).not.toHaveBeenCalled();
    });

    it('can be listened to again after the last listener has left', async () => {
      const { bus, peer } = await start();
      const topic = events();
      const listener = vi.fn();
      for (let round = 1; round <= 20; round += 1) {
        const leave = await bus.listen(topic, listener);
        peer.wake(topic);
        await called(listener, round);
        leave();
      }
    });

    it('holds no channel after 10,000 listeners have come and gone', async () => {
      const { bus, channelCount } = await start();
      for (let round = 0; round < 100; round += 1) {
        const topics = Array.from({ length: 100 }, (_, index) => (index % 3 === 0 ? shared : events()));
        const leaves = await Promise.all(topics.map((topic) => bus.listen(topic, vi.fn())));
        for (const leave of leaves) leave();
      }
      await vi.waitFor(async () => {
        expect(await channelCount()).toBe(0);
      });
    });
    const shared = events();

    it('says that it carries messages', async () => {
      const { bus } = await start();
      await expect(bus.check()).resolves.toBeUndefined();
    });
  });
}
