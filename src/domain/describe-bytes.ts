const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes as people say it, with the exact one beside it: `10 GiB (10737418240 bytes)`. */
export function describeBytes(bytes: number): string {
  const exact = `${String(bytes)} bytes`;
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length);
  const unit = UNITS[power - 1];
  return unit === undefined
    ? exact
    : `${String(Number((bytes / 1024 ** power).toFixed(1)))} ${unit} (${exact})`;
}
