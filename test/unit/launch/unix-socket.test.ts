import { expect, it } from 'vitest';
import { isSocketPath } from '../../../launch/services/unix-socket.js';

it.each([
  ['a path of 107 bytes', '/'.padEnd(107, 'x'), true],
  ['one that the kernel has no room for', '/'.padEnd(108, 'x'), false],
  ['characters of several bytes', `/${'é'.repeat(54)}`, false],
])('knows whether a socket can have %s', (_what, path, expected) => {
  expect(isSocketPath(path)).toBe(expected);
});
