import { describe, expect, it } from 'vitest';
import {
  checkMetadata,
  MAX_METADATA_ENTRIES,
  MAX_METADATA_KEY_BYTES,
  MAX_METADATA_VALUE_BYTES,
} from '../../../src/domain/metadata.js';

const many = (count: number): { key: string; value: string }[] =>
  Array.from({ length: count }, (_, index) => ({ key: `key-${index}`, value: 'value' }));

describe('metadata', () => {
  it('is accepted up to its limits, to the byte', () => {
    const longest = {
      key: 'k'.repeat(MAX_METADATA_KEY_BYTES),
      value: 'ä'.repeat(MAX_METADATA_VALUE_BYTES / 2),
    };
    expect(checkMetadata([longest])).toEqual({ ok: true, value: [longest] });
    expect(checkMetadata(many(MAX_METADATA_ENTRIES))).toMatchObject({ ok: true });
    expect(checkMetadata([])).toEqual({ ok: true, value: [] });
  });

  it.each([
    ['an empty key', { key: '', value: 'x' }],
    ['a key that is too long', { key: 'k'.repeat(MAX_METADATA_KEY_BYTES + 1), value: 'x' }],
    ['a value that is too long', { key: 'k', value: 'v'.repeat(MAX_METADATA_VALUE_BYTES + 1) }],
    ['a null byte in a key', { key: 'k\u0000', value: 'x' }],
    ['a null byte in a value', { key: 'k', value: 'x\u0000' }],
    ['a line break in a value', { key: 'k', value: 'x\r\ny' }],
    ['a bidi control in a value', { key: 'k', value: 'x\u202E' }],
    ['the mark of a partial upload', { key: 'upload-concat', value: 'partial' }],
    ['half of a surrogate pair', { key: 'k', value: '\uD800' }],
  ])('is refused with %s, naming the entry', (_what, entry) => {
    expect(checkMetadata([{ key: 'fine', value: '' }, entry])).toMatchObject({
      ok: false,
      fault: { code: 'BAD_USER_INPUT', field: 'metadata[1]' },
    });
  });

  it('is refused when there is too much of it, or a key comes twice', () => {
    expect(checkMetadata(many(MAX_METADATA_ENTRIES + 1))).toMatchObject({
      ok: false,
      fault: { field: 'metadata' },
    });
    expect(checkMetadata([...many(1), ...many(1)])).toMatchObject({
      ok: false,
      fault: { field: 'metadata[1]' },
    });
  });
});
