// Bundles an example and serves it on this machine.
//
// usage: node examples/serve.mjs plain|react [PORT]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { context } from 'esbuild';
import { bundleExample } from './bundle.mjs';

const [, , name = 'plain', port = '5173'] = process.argv;
const directory = mkdtempSync(path.join(tmpdir(), 'lazaret-example-'));
await bundleExample(name, directory);
const server = await context({});
await server.serve({ host: '127.0.0.1', port: Number(port), servedir: directory });
console.log(`http://127.0.0.1:${port} (the service must allow this origin: LAZARET_ALLOWED_ORIGINS)`);
