/** Where a clamd listens. */
export type ClamdAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** The address as it is written in the configuration, for messages and labels. */
export const describeAddress = (address: ClamdAddress): string =>
  address.kind === 'tcp'
    ? `tcp://${isV6(address.host) ? `[${address.host}]` : address.host}:${String(address.port)}`
    : `unix://${address.path}`;

const isV6 = (host: string): boolean => host.includes(':');
