const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes for people, e.g. `4.8 MiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  const unit = UNITS[power] ?? 'B';
  return `${power === 0 ? String(Math.round(value)) : value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}

/** Time left for people, e.g. `2m 05s`; a dash when nobody can tell. */
export function formatEta(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds > 359_999) return '-';
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}

/** A name in exactly so many columns; its beginning and its end stay. */
export function fitName(name: string, columns: number): string {
  const visible = plainText(name);
  if (visible.length <= columns) return visible.padEnd(columns);
  const head = Math.ceil((columns - 1) / 2);
  return `${visible.slice(0, head)}…${visible.slice(visible.length - (columns - 1 - head))}`;
}

/** Text of others without what a terminal would obey. */
export const plainText = (text: string): string => text.replace(/\p{C}/gu, '\u{fffd}');
