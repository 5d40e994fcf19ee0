import { Gauge, type Registry } from 'prom-client';
import { describe } from './describe-metric.js';

/** The part of what is known of one clamd that is measured. */
export interface ClamdReading {
  /** Whether it gets files. */
  readonly isUsable: boolean;
  /** Whether its last self-test that came to an end had the right answers. */
  readonly hasPassed: boolean;
  /** Age of its definitions; `null` where it names none. */
  readonly definitionsAgeSeconds: number | null;
  /** Whether they are older than is allowed. */
  readonly isOutdated: boolean;
  /** Files that this process has in it. */
  readonly sessions: number;
}

type Read = () => readonly ClamdReading[];

/** Makes the gauges of the clamds, which are read when the metrics are. */
export function createClamdGauges(registry: Registry): (read: Read) => void {
  let readAll: Read = () => [];
  const gauge = (suffix: string, help: string, valueOf: (reading: ClamdReading) => number | null): Gauge =>
    new Gauge({
      ...describe(registry, suffix, help),
      labelNames: ['index'] as const,
      collect() {
        this.reset();
        for (const [index, reading] of readAll().entries()) {
          const value = valueOf(reading);
          if (value !== null) this.set({ index: String(index) }, value);
        }
      },
    });
  gauge('clamd_usable', 'Whether a clamd gets files.', (reading) => Number(reading.isUsable));
  gauge('clamd_self_test_passed', 'Whether a clamd had the right answers in its last self-test.', (reading) =>
    Number(reading.hasPassed),
  );
  gauge(
    'clamd_definitions_age_seconds',
    'Age of the definitions of a clamd, where it names one.',
    (reading) => reading.definitionsAgeSeconds,
  );
  gauge(
    'clamd_definitions_outdated',
    'Whether the definitions of a clamd are older than allowed.',
    (reading) => Number(reading.isOutdated),
  );
  gauge('clamd_sessions', 'Files of this process that are in a clamd.', (reading) => reading.sessions);
  return (read) => {
    readAll = read;
  };
}
