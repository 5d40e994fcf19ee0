import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { lexicographicSortSchema, print, parse } from 'graphql';
import { buildLazaretSchema } from './schema.js';
import type { UseCases } from './use-cases.js';

const HEADER = '# Emitted from src/graphql by `npm run schema`; a test compares it with the code.\n\n';

/** The SDL of the API in a stable order; needs no service. */
export async function printSchemaSorted(): Promise<string> {
  const schema = await buildLazaretSchema(noUseCases, noClock);
  return `${HEADER}${print(parse(printSchemaWithDirectives(lexicographicSortSchema(schema))))}\n`;
}

const unavailable = (): never => {
  throw new Error('A schema that is only printed does nothing.');
};

const noUseCases = new Proxy({} as UseCases, { get: () => unavailable });
const noClock = { now: unavailable, sleep: unavailable };
