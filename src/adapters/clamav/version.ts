import { TransientError } from '../../domain/errors.js';
import type { ScannerStatus } from '../../ports/scanner.js';

/**
 * What stands for the version of definitions that have none: clamd numbers only the official databases, and
 * with local files alone (`.ndb`, `.hdb`, `.yara` ...) it says no more than its own version.
 */
const LOCAL_DEFINITIONS = 'local';

const VERSION =
  /^(?<engine>ClamAV [\x21-\x2e\x30-\x7e]{1,100})(?:\/(?<definitions>\d{1,10})\/(?<builtAt>[\x20-\x7e]{1,40}))?$/;

/** As `ctime` writes it: a day of the month below ten is padded with a space. */
const CTIME =
  /^(?<weekday>[A-Z][a-z]{2}) (?<month>[A-Z][a-z]{2}) (?<day>[ 123]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/;

/**
 * Reads clamd's answer to VERSION, e.g. `ClamAV 1.4.6/27400/Mon Nov  2 09:10:11 2026`.
 *
 * @throws TransientError when it is anything else, a date that does not exist included
 */
export function parseVersion(text: string): ScannerStatus {
  const groups = VERSION.exec(text)?.groups;
  const engine = groups?.['engine'];
  if (engine === undefined) throw new TransientError('scanner', 'clamd did not say its version');
  const builtAt = groups?.['builtAt'];
  return {
    engine,
    definitionsVersion: groups?.['definitions'] ?? LOCAL_DEFINITIONS,
    definitionsBuiltAt: builtAt === undefined ? null : parseDate(builtAt),
  };
}

/** `ctime` names no zone; clamd's hosts are taken to run on UTC, which only shifts an age by hours. */
function parseDate(text: string): Date {
  const { weekday, month, day, time, year } = CTIME.exec(text)?.groups ?? {};
  const date = new Date(`${String(day).trim()} ${String(month)} ${String(year)} ${String(time)} UTC`);
  // Written again it must be the same: the 31st of February would be a day of March.
  const isReal = !Number.isNaN(date.getTime()) && toCtime(date) === text && weekday !== undefined;
  if (!isReal) throw new TransientError('scanner', 'clamd did not say how old its definitions are');
  return date;
}

function toCtime(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${String(weekday)} ${String(month)} ${String(day).replace(/^0/, ' ')} ${String(time)} ${String(year)}`;
}
