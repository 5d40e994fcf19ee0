import type { Scanner, ScanSession } from '../../ports/scanner.js';

/**
 * A scanner that is not told of the end of a stream that is too much for it, and so never begins with it: it scans what
 * it has whole, in a time that nobody could cut short. Such a stream has reached a limit.
 *
 * @param isTooMuch - is asked when all bytes of a stream have been written
 */
export const spareScanner = (scanner: Scanner, isTooMuch: () => Promise<boolean>): Scanner => ({
  maxStreamBytes: scanner.maxStreamBytes,
  status: (signal) => scanner.status(signal),
  begin: async (signal) => spareSession(await scanner.begin(signal), isTooMuch),
});

const spareSession = (session: ScanSession, isTooMuch: () => Promise<boolean>): ScanSession => ({
  engine: session.engine,
  definitionsVersion: session.definitionsVersion,
  write: (chunk) => session.write(chunk),
  abort: () => session.abort(),
  async finish() {
    if (!(await isTooMuch())) return session.finish();
    session.abort();
    return { kind: 'limit', detail: 'It has more members than the scanner can be given.' };
  },
});
