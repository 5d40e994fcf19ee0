import { writeFileSync } from 'node:fs';
import { printSchemaSorted } from './print-schema.js';

/** Writes the SDL that the code makes to the file named on the command line. */
async function emitSchema(path = 'schema/schema.graphql'): Promise<void> {
  writeFileSync(path, await printSchemaSorted());
}

await emitSchema(process.argv[2]);
