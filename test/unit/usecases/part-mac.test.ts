import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPartMac, keyOfMac } from '../../../src/usecases/part-mac.js';

const macOf = (chunks: readonly Uint8Array[], key?: Uint8Array): string => {
  const mac = createPartMac(key);
  for (const chunk of chunks) mac.update(chunk);
  return mac.finish();
};
const bytes = fc.uint8Array({ minLength: 1, maxLength: 5_000 });

it('a MAC can be made again from the same bytes, however they are cut, and from no others', () => {
  fc.assert(
    fc.property(bytes, fc.nat(), fc.nat(), (whole, at, flipped) => {
      const made = macOf([whole]);
      expect(made).toMatch(/^[0-9a-f]{64}$/);
      const cut = at % whole.length;
      expect(macOf([whole.subarray(0, cut), whole.subarray(cut)], keyOfMac(made))).toBe(made);
      const other = Uint8Array.from(whole);
      other[flipped % whole.length] = (other[flipped % whole.length] ?? 0) ^ 1;
      expect(macOf([other], keyOfMac(made))).not.toBe(made);
      expect(macOf([whole, Uint8Array.of(0)], keyOfMac(made))).not.toBe(made);
    }),
  );
});

it('a MAC has a key of its own, so that equal parts do not look alike', () => {
  expect(macOf([Buffer.from('same')])).not.toBe(macOf([Buffer.from('same')]));
});

it('a MAC of nothing under the zero key is the tag of the first test case of GCM', () => {
  expect(macOf([], Buffer.alloc(16))).toBe('00'.repeat(16) + '58e2fccefa7e3061367f1d57a4e7455a');
});
