import { describe, expect, it, vi } from 'vitest';
import { spareScanner } from '../../../src/usecases/inspection/spare-scanner.js';
import { createFakeScanner } from '../../support/memory-inspection.js';

async function open(isTooMuch: boolean) {
  const finish = vi.fn(() => Promise.resolve({ kind: 'ok' as const }));
  const abort = vi.fn();
  const scanner = createFakeScanner({ kind: 'ok' }, { finish, abort });
  const session = await spareScanner(scanner, () => Promise.resolve(isTooMuch)).begin();
  return { session, finish, abort };
}

describe('a scanner that is spared', () => {
  it('is told of the end of what it can take', async () => {
    const { session, finish } = await open(false);
    await session.write(Buffer.from('a'));
    expect(await session.finish()).toEqual({ kind: 'ok' });
    expect(finish).toHaveBeenCalledOnce();
  });

  it('never learns that there is an end of what is too much', async () => {
    const { session, finish, abort } = await open(true);
    await session.write(Buffer.from('a'));
    expect(await session.finish()).toMatchObject({ kind: 'limit' });
    expect(finish).not.toHaveBeenCalled();
    expect(abort).toHaveBeenCalledOnce();
  });

  it('fails with whoever should have known', async () => {
    const scanner = spareScanner(createFakeScanner({ kind: 'ok' }), () => Promise.reject(new Error('gone')));
    await expect((await scanner.begin()).finish()).rejects.toThrow('gone');
  });
});
