// Bundles an example and serves it on this machine.
//
// usage: node examples/serve.mjs plain|react [PORT]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { context } from 'esbuild';
import { bundleExample } from './bundle.mjs';

const EXAMPLES = ['plain', 'react'];
const [, , name = 'plain', port = '5173'] = process.argv;
if (!EXAMPLES.includes(name) || !/^\d{1,5}$/.test(port)) {
  console.error(`usage: node examples/serve.mjs ${EXAMPLES.join('|')} [PORT]`);
  process.exit(1);
}
const directory = mkdtempSync(path.join(tmpdir(), 'lazaret-example-'));
await bundleExample(name, directory);
const server = await context({});
await server.serve({ host: '127.0.0.1', port: Number(port), servedir: directory }).catch((error) => {
  console.error(`Port ${port} cannot be listened on (${error.message}): name another one.`);
  process.exit(1);
});
console.log(`http://127.0.0.1:${port} (the service must allow this origin: LAZARET_ALLOWED_ORIGINS)`);
