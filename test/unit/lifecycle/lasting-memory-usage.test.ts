import { expect, it } from 'vitest';
import { letMemoryUsageLast } from '../../../src/lifecycle/lasting-memory-usage.js';

it('tells what it could tell last where the process cannot, and the truth again afterwards', () => {
  const usage = (rss: number): NodeJS.MemoryUsage => ({ ...process.memoryUsage(), rss });
  let ask = (): NodeJS.MemoryUsage => usage(1);
  const asked = { memoryUsage: Object.assign(() => ask(), { rss: () => ask().rss }) };
  letMemoryUsageLast(asked);
  ask = () => usage(2);
  expect(asked.memoryUsage().rss).toBe(2);
  ask = () => {
    throw new Error('EMFILE: too many open files, uv_resident_set_memory');
  };
  expect([asked.memoryUsage().rss, asked.memoryUsage.rss()]).toEqual([2, 2]);
  ask = () => usage(3);
  expect([asked.memoryUsage.rss(), asked.memoryUsage().rss]).toEqual([3, 3]);
});
