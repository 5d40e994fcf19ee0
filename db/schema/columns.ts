import { sql } from 'drizzle-orm';
import { customType, timestamp, type PgTimestampBuilderInitial } from 'drizzle-orm/pg-core';

/** An instant in UTC with the precision that the public contract promises: milliseconds. */
export const instant = <Name extends string>(name: Name): PgTimestampBuilderInitial<Name> =>
  timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** The instant at which a row is written, by the clock of the database. */
export const clockNow = sql`date_trunc('milliseconds', clock_timestamp())`;

/**
 * JSON that is read back exactly as it was written. The `jsonb` of drizzle parses a second time what looks
 * like JSON inside a string; this one trusts the driver to hand over text.
 */
export const json = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'jsonb',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text) as unknown,
});

/** Bytes as they are. */
export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
