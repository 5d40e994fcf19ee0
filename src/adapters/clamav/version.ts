import { TransientError } from '../../domain/errors.js';
import type { ScannerStatus } from '../../ports/scanner.js';

/**
 * What stands for the version of definitions that have none: clamd numbers only the official databases, and
 * with local files alone (`.ndb`, `.hdb`, `.yara` ...) it says no more than its own version.
 */
const LOCAL_DEFINITIONS = 'local';

const VERSION =
  /^(?<engine>ClamAV [\x21-\x2e\x30-\x7e]{1,100})(?:\/(?<definitions>\d{1,10})\/(?<builtAt>[\x20-\x7e]{1,40}))?$/;

/**
 * Reads clamd's answer to VERSION, e.g. `ClamAV 1.4.6/27400/Mon Nov  2 09:10:11 2026`.
 *
 * @throws TransientError when it is anything else
 */
export function parseVersion(text: string): ScannerStatus {
  const groups = VERSION.exec(text)?.groups;
  const engine = groups?.['engine'];
  if (engine === undefined) throw new TransientError('scanner', 'clamd did not say its version');
  return {
    engine,
    definitionsVersion: groups?.['definitions'] ?? LOCAL_DEFINITIONS,
    definitionsBuiltAt: parseDate(groups?.['builtAt']),
  };
}

/** `ctime` without a zone; clamd's hosts are taken to run on UTC, which only shifts an age by hours. */
function parseDate(text: string | undefined): Date | null {
  const milliseconds = Date.parse(`${text ?? ''} UTC`);
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds);
}
