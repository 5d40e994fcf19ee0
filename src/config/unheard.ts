const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

/** What production wants of a URL that it takes keys from. */
export const CLEAR_RULE =
  'must be an https URL in production, where whoever is on the way could forge tokens; http is for a loopback host alone';

/** Whether nobody beside this machine can read or change what is fetched from a URL. */
export function isUnheard(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOOPBACK.test(hostname);
}
