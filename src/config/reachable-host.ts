/**
 * What to write in a URL to reach, from this machine, a server that listens on an address.
 *
 * @param host - as in LAZARET_HOST
 */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
