/** What one test uses of a package that has no types. */
declare module 'clamscan' {
  import type { Readable } from 'node:stream';

  class NodeClam {
    init(options: object): Promise<{ scanStream(body: Readable): Promise<unknown> }>;
  }
  export = NodeClam;
}
