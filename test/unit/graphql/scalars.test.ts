import { parseValue, type GraphQLScalarType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../src/domain/cursor.js';
import { CursorScalar } from '../../../src/graphql/scalars/cursor.js';
import { DateTimeScalar } from '../../../src/graphql/scalars/date-time.js';
import { SafeIntScalar } from '../../../src/graphql/scalars/safe-int.js';
import { Sha256Scalar } from '../../../src/graphql/scalars/sha256.js';
import { UploadScalar } from '../../../src/graphql/scalars/upload.js';

const HASH = 'a'.repeat(64);
const INSTANT = '2026-01-31T12:00:00.000Z';

const CASES: readonly [GraphQLScalarType, readonly [unknown, unknown][], readonly unknown[]][] = [
  [
    SafeIntScalar,
    [
      [0, 0],
      [2 ** 31, 2 ** 31],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ],
    [-1, 0.5, 2 ** 53, Number.NaN, Infinity, '1', true, null, [1], {}],
  ],
  [
    Sha256Scalar,
    [[HASH, HASH]],
    [HASH.toUpperCase(), HASH.slice(1), `${HASH}\n`, 'g'.repeat(64), 1, null, {}],
  ],
  [
    DateTimeScalar,
    [
      [INSTANT, new Date(INSTANT)],
      ['2026-01-31T13:00:00+01:00', new Date(INSTANT)],
    ],
    ['2026-01-31', '2026-13-01T00:00:00Z', 'yesterday', 0, '2026-01-31T12:00:00', null, {}],
  ],
  [CursorScalar, [[encodeCursor(7), encodeCursor(7)]], ['7', '', encodeCursor(7).slice(1), 7, null]],
  [UploadScalar, [], ['file', {}, { promise: Promise.resolve() }, null]],
];

describe('the scalars', () => {
  it.each(CASES)('%s takes what it must and nothing else', (scalar, good, bad) => {
    for (const [input, output] of good) expect(scalar.parseValue(input)).toEqual(output);
    for (const input of bad) expect(() => scalar.parseValue(input), String(input)).toThrow();
  });

  it('give out instants in UTC with milliseconds', () => {
    expect(DateTimeScalar.serialize(new Date('2026-01-31T13:00:00+01:00'))).toBe(INSTANT);
    expect(() => DateTimeScalar.serialize(new Date(Number.NaN))).toThrow();
    expect(() => DateTimeScalar.serialize(INSTANT)).toThrow();
  });

  it('read numbers and texts of a document as their own kind alone', () => {
    expect(SafeIntScalar.parseLiteral(parseValue('9007199254740991'), {})).toBe(Number.MAX_SAFE_INTEGER);
    for (const text of ['"1"', '1.5', '9007199254740992', 'true', '-1']) {
      expect(() => SafeIntScalar.parseLiteral(parseValue(text), {}), text).toThrow();
    }
    expect(() => Sha256Scalar.parseLiteral(parseValue('1'), {})).toThrow();
    expect(DateTimeScalar.parseLiteral(parseValue(`"${INSTANT}"`), {})).toEqual(new Date(INSTANT));
  });
});
