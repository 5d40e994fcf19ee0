import type { Usage } from './meter.js';

/** One line of a table. */
export type Row = Readonly<Record<string, string | number>>;

/** What the product promises, and what was measured. */
export interface Goal {
  readonly goal: string;
  readonly measured: number;
  readonly isMet: boolean;
}

/** What a scenario has to say. */
export interface Report {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
}

const DIGITS = 3;

/** A report for people. */
export function formatReport({ title, rows, goals }: Report): string {
  const verdicts = goals.map(
    ({ goal, measured, isMet }) => `  ${isMet ? 'met   ' : 'MISSED'}  ${goal}: ${show(measured)}`,
  );
  return ['', title, ...formatTable(rows), ...verdicts].join('\n');
}

function formatTable(rows: readonly Row[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => show(row[column] ?? '')))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .replace(/^/, '  '),
  );
}

const show = (value: string | number): string =>
  typeof value === 'string'
    ? value
    : value >= 100
      ? value.toFixed(0)
      : String(Number(value.toPrecision(DIGITS)));

/** Columns that say what each process used. @param units - what CPU is divided by, e.g. GiB */
export function usageColumns(usage: Usage, units: number, unit: string): Row {
  const columns = Object.entries(usage).flatMap(([name, { cpuSeconds, peakMib }]): [string, number][] => [
    [`${name} CPU s/${unit}`, cpuSeconds / units],
    [`${name} MiB`, Math.round(peakMib)],
  ]);
  return Object.fromEntries(columns);
}
