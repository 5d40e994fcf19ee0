import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The string that every scanner reports, in two halves so that none reports this file. */
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/**
 * Writes definitions that know the EICAR test string and nothing else: enough to try the product where
 * ClamAV's definitions cannot be fetched, and no protection at all.
 *
 * @see https://docs.clamav.net/manual/Signatures/ExtendedSignatures.html
 */
export async function writeDevelopmentDefinitions(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const hex = Buffer.from(EICAR, 'latin1').toString('hex');
  await writeFile(path.join(directory, 'lazaret-development.ndb'), `Lazaret.Development.Eicar:0:*:${hex}\n`, {
    mode: 0o600,
  });
}
