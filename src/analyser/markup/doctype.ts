/** An entity that a document declares for itself. */
export interface Entity {
  /** With `%` in front where it stands for declarations. */
  readonly name: string;
  /** What it stands for; `null` where that is to be fetched. */
  readonly value: string | null;
  /** Where it is to be fetched from. */
  readonly systemId: string | null;
}

/** A declaration of the type of a document. */
export interface Doctype {
  readonly systemId: string | null;
  readonly entities: readonly Entity[];
  /** Whether something stands in it that is no declaration. */
  readonly isBroken: boolean;
}

const QUOTED = `"[^"]*"|'[^']*'`;
const EXTERNAL = `(?:SYSTEM|PUBLIC\\s+(?:${QUOTED}))\\s+(${QUOTED})|PUBLIC\\s+(?:${QUOTED})`;
const HEAD = new RegExp(`^\\s*[^\\s"'\\[>]+\\s*(?:${EXTERNAL})?\\s*`, 'i');
const ENTITY = new RegExp(
  `<!ENTITY\\s+(%\\s+)?([^\\s"'%]+)\\s+(?:(${QUOTED})|${EXTERNAL})\\s*(?:NDATA\\s+[^\\s>]+\\s*)?>`,
  'y',
);
const OTHER = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!(?!ENTITY)[A-Z](?:[^>"']|"[^"]*"|'[^']*')*>|\s+/gy;
const REFERENCE = /%([^\s;%"']{1,200});/y;
/** More are declared by nobody; the sets of all entities of HTML and MathML are 2,000. */
export const MOST_ENTITIES = 10_000;
const MOST_CHARACTERS = 1024 * 1024;
const MOST_STEPS = 200_000;
/** Together, also of declarations that stand for others, each time. */
const MOST_READ_CHARACTERS = 16 * 1024 * 1024;
/** Declarations that stand for declarations. */
const MOST_NESTED = 8;

/** Reads what stands between `<!DOCTYPE` and `>`. @see XML 1.0, 2.8 and 4.2 */
export function parseDoctype(joined: string): Doctype {
  // One flat string: patterns take far longer in one that was joined of many.
  const text = Buffer.from(joined, 'utf8').toString('utf8');
  const head = HEAD.exec(text);
  const begin = head?.[0].length ?? 0;
  const entities = new Map<string, Entity>();
  const subset = text.slice(begin).trim();
  const isWhole = subset === '' || (subset.startsWith('[') && text.length <= MOST_CHARACTERS);
  const inner = subset.startsWith('[') ? subset.slice(1).replace(/\]\s*$/, '') : '';
  const isRead = isWhole && readSubset(inner, { entities, steps: 0, characters: 0 }, MOST_NESTED);
  return { systemId: unquote(head?.[1]), entities: [...entities.values()], isBroken: !isRead };
}

interface Reading {
  readonly entities: Map<string, Entity>;
  /** Declarations and references that were read, also those that stand for others, each time. */
  steps: number;
  characters: number;
}

/** @returns whether all of it are declarations */
function readSubset(text: string, reading: Reading, nestedLeft: number): boolean {
  const { entities } = reading;
  reading.characters += text.length;
  if (reading.characters > MOST_READ_CHARACTERS) return false;
  for (let at = 0; at < text.length;) {
    reading.steps += 1;
    const entity = match(ENTITY, text, at);
    const found = entity ?? match(REFERENCE, text, at) ?? match(OTHER, text, at);
    if (!found || entities.size > MOST_ENTITIES || reading.steps > MOST_STEPS) return false;
    at += found[0].length;
    if (entity) declare(entity, entities);
    else if (found[1] !== undefined) {
      const value = entities.get(`%${found[1]}`)?.value;
      // What is to be fetched is reported where it is declared.
      if (value === undefined || value === null) continue;
      if (nestedLeft === 0 || !readSubset(value, reading, nestedLeft - 1)) return false;
    }
  }
  return true;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The first declaration of a name counts. */
function declare(found: RegExpExecArray, entities: Map<string, Entity>): void {
  const [, percent, plain = '', value, systemId] = found;
  const name = percent === undefined ? plain : `%${plain}`;
  if (entities.has(name)) return;
  entities.set(name, {
    name,
    value: value === undefined ? null : decodeReferences(value.slice(1, -1)),
    systemId: unquote(systemId),
  });
}

const unquote = (quoted: string | undefined): string | null =>
  quoted === undefined ? null : quoted.slice(1, -1);

/** Characters that are written as their number count where they are declared. */
const decodeReferences = (value: string): string =>
  value.replace(/&#(?:x([\da-f]{1,8})|(\d{1,8}));/gi, (whole, hex?: string, decimal?: string) => {
    const code = Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
