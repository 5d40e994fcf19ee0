import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createWakePublisher } from '../../../src/adapters/redis/wake-publisher.js';

describe('the wake publisher', () => {
  it('has one publication of a channel under way, and makes one more of all that come meanwhile', async () => {
    const sent: (() => void)[] = [];
    const publisher = createWakePublisher(() => new Promise((resolve) => sent.push(resolve)));
    for (let index = 0; index < 100; index += 1) publisher.send('a');
    expect(sent).toHaveLength(1);
    sent[0]?.();
    await turn();
    expect(sent).toHaveLength(2);
    sent[1]?.();
    await turn();
    expect(sent).toHaveLength(2);
  });

  it('owes what failed, once for each channel, and sends it when the bus is back', async () => {
    let isDown = true;
    const arrived: string[] = [];
    const publisher = createWakePublisher(async (channel) => {
      if (isDown) throw new Error('The bus is down.');
      arrived.push(channel);
    });
    for (const channel of ['a', 'b', 'a']) {
      publisher.send(channel);
      await turn();
    }
    isDown = false;
    publisher.sendOwed();
    await turn();
    expect(arrived).toEqual(['a', 'b']);
    publisher.sendOwed();
    await turn();
    expect(arrived).toEqual(['a', 'b']);
  });

  it('stays within its bounds while the bus hangs, and loses none of the channels it remembers', async () => {
    const open: { channel: string; resolve: () => void }[] = [];
    const publish = vi.fn(
      (channel: string) => new Promise<void>((resolve) => void open.push({ channel, resolve })),
    );
    const publisher = createWakePublisher(publish);
    for (let index = 0; index < 5_000; index += 1) publisher.send(String(index));
    expect(publish).toHaveBeenCalledTimes(1_000);
    const arrived = new Set<string>();
    for (let rounds = 0; rounds < 20 && open.length > 0; rounds += 1) {
      for (const { channel, resolve } of open.splice(0)) {
        arrived.add(channel);
        resolve();
      }
      await turn();
    }
    expect(arrived.size).toBe(5_000);
  });
});
