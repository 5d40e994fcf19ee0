/** A place that Redis, or a sentinel, listens on. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

/** Which Redis, and in which of its three topologies. */
export type RedisConfig =
  | { readonly kind: 'single'; readonly url: string }
  | ({
      readonly kind: 'sentinel';
      readonly nodes: readonly RedisNode[];
      /** Name of the master, as the sentinels know it. */
      readonly master: string;
      readonly database: number;
      readonly isEncrypted: boolean;
      /** Of the sentinels themselves. */
      readonly sentinelLogin: Login;
    } & Login)
  | ({
      readonly kind: 'cluster';
      /** Where to learn of the others. */
      readonly nodes: readonly RedisNode[];
      readonly isEncrypted: boolean;
    } & Login);

/** The rule of `REDIS_URL`, for whoever broke it. */
export const REDIS_URL_RULE =
  'must be redis://host:port, redis+sentinel://host:port,host:port/master or ' +
  'redis+cluster://host:port,host:port, or one of these with rediss for TLS';

const SENTINEL_PORT = 26_379;
const REDIS_PORT = 6_379;
const MAX_PORT = 65_535;

/** Several hosts make it no URL in the sense of RFC 3986, so `URL` does not read it. */
const SEVERAL = new RegExp(
  String.raw`^redis(?<tls>s?)\+(?<kind>sentinel|cluster)://` +
    String.raw`(?:(?<username>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?` +
    String.raw`(?<nodes>[^@/?#]+)(?:/(?<master>[\w.-]+)(?:/(?<database>\d{1,4}))?)?$`,
  'u',
);
const NODE = /^(?:\[(?<v6>[\da-f:.]+)\]|(?<name>[\w.-]+))(?::(?<port>\d{1,5}))?$/iu;

/**
 * Reads `REDIS_URL`.
 *
 * @param text - in one of the forms of {@link REDIS_URL_RULE}, with credentials before the hosts where needed
 * @param sentinelLogin - of the sentinels, which have logins of their own
 * @returns `undefined` for anything else
 */
export function parseRedisUrl(text: string, sentinelLogin: Login = {}): RedisConfig | undefined {
  if (/^rediss?:\/\//u.test(text)) return URL.canParse(text) ? { kind: 'single', url: text } : undefined;
  const groups = SEVERAL.exec(text)?.groups;
  const login = groups && loginOf(groups['username'], groups['password']);
  if (!groups || !login) return undefined;
  const isCluster = groups['kind'] === 'cluster';
  const nodes = parseNodes(groups['nodes'] ?? '', isCluster ? REDIS_PORT : SENTINEL_PORT);
  if (!nodes) return undefined;
  const common = { nodes, ...login, isEncrypted: groups['tls'] === 's' };
  const { master, database } = groups;
  // A cluster has one database, and no name.
  if (isCluster) return master === undefined ? { kind: 'cluster', ...common } : undefined;
  if (master === undefined) return undefined;
  return { kind: 'sentinel', ...common, master, database: Number(database ?? 0), sentinelLogin };
}

function parseNodes(text: string, byDefault: number): readonly RedisNode[] | undefined {
  const nodes = text.split(',').map((item) => parseNode(item, byDefault));
  return nodes.every((node) => node !== undefined) ? nodes : undefined;
}

function parseNode(text: string, byDefault: number): RedisNode | undefined {
  const groups = NODE.exec(text)?.groups;
  const host = groups?.['v6'] ?? groups?.['name'];
  const port = Number(groups?.['port'] ?? byDefault);
  return host === undefined || port < 1 || port > MAX_PORT ? undefined : { host, port };
}

/** `undefined` when it is not percent-encoded as it should be. */
function loginOf(username = '', password = ''): Login | undefined {
  try {
    return {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    };
  } catch {
    return undefined;
  }
}
