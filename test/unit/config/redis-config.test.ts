import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../../src/config/redis-config.js';

const nodes = [
  { host: 'one', port: 26_379 },
  { host: '10.0.0.2', port: 5_000 },
];

describe('the address of Redis', () => {
  it.each(['redis://127.0.0.1:6379', 'rediss://user:p%40ss@redis.example:6380/2'])(
    'is handed on as it is when it names one server: %s',
    (url) => {
      expect(parseRedisUrl(url)).toEqual({ kind: 'single', url });
    },
  );

  it('names the sentinels and the master they know', () => {
    const login = { username: 'u', password: 'p@ss,word' };
    const sentinelLogin = { password: 'theirs' };
    const common = { kind: 'sentinel', nodes, master: 'my-master', sentinelLogin };
    expect(parseRedisUrl('redis+sentinel://one,10.0.0.2:5000/my-master', sentinelLogin)).toEqual({
      ...common,
      database: 0,
      isEncrypted: false,
    });
    const full = 'rediss+sentinel://u:p%40ss%2Cword@one:26379,10.0.0.2:5000/my-master/3';
    expect(parseRedisUrl(full, sentinelLogin)).toEqual({
      ...{ ...common, ...login },
      database: 3,
      isEncrypted: true,
    });
  });

  it('names some nodes of a cluster, also by addresses of IPv6', () => {
    expect(parseRedisUrl('redis+cluster://:secret@one,[::1]:7001')).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'one', port: 6_379 },
        { host: '::1', port: 7_001 },
      ],
      password: 'secret',
      isEncrypted: false,
    });
  });

  it.each([
    ['of another kind', 'http://one'],
    ['without hosts', 'redis+cluster://'],
    ['with an empty host', 'redis+cluster://one,,two'],
    ['with a port that is none', 'redis+cluster://one:70000'],
    ['with port zero', 'redis+cluster://one:0'],
    ['of sentinels without a master', 'redis+sentinel://one,two'],
    ['of a cluster with a database', 'redis+cluster://one/0'],
    ['with two logins', 'redis+cluster://a:b@one,c:d@two'],
    ['with a broken encoding', 'redis+cluster://a:%zz@one'],
    ['without slashes', 'redis:one'],
  ])('is refused %s', (_, url) => {
    expect(parseRedisUrl(url)).toBeUndefined();
  });
});
