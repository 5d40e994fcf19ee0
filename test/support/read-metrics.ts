/** One scrape, as Prometheus would see it. */
export interface Scrape {
  /** The value of a series; `undefined` when there is none. All labels that are given must match. */
  valueOf(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Every label of the product's own series. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly elapsedMs: number;
}

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SERIES = /^(?<name>[a-z_]+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/u;
const LABEL = /(?<key>[a-z_]+)="(?<value>(?:[^"\\]|\\.)*)"/gu;

/** Reads an endpoint once. */
export async function readMetrics(url: string): Promise<Scrape> {
  const startedAt = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  const elapsedMs = performance.now() - startedAt;
  if (response.status !== 200) throw new Error(`The metrics answer with status ${response.status}.`);
  const series = text.split('\n').flatMap(parse);
  return {
    elapsedMs,
    labels: series
      .filter(({ name }) => name.startsWith('lazaret_'))
      .flatMap(({ labels }) => Object.entries(labels)),
    valueOf: (name, wanted = {}) => {
      const holds = (own: Series['labels']): boolean =>
        Object.entries(wanted).every(([key, value]) => own[key] === value);
      return series.find((one) => one.name === `lazaret_${name}` && holds(one.labels))?.value;
    },
  };
}

function parse(line: string): Series[] {
  const { name, labels, value } = SERIES.exec(line)?.groups ?? {};
  if (name === undefined) return [];
  const pairs = [...(labels ?? '').matchAll(LABEL)].map(({ groups }) => [groups?.['key'], groups?.['value']]);
  return [{ name, value: Number(value), labels: Object.fromEntries(pairs) as Record<string, string> }];
}
