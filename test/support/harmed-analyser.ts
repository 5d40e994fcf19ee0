import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunningAnalyser } from '../../src/ports/structure-analyser.js';
import { startAnalyser } from './make-analyser.js';

/** Writes a frame of a kind, as a real analyser does. */
const FRAME = `const frame = (kind, text) => { const b = Buffer.alloc(5 + text.length); b[0] = kind; b.writeUInt32BE(text.length, 1); b.write(text, 5); process.stdout.write(b); };`;

/**
 * Starts an analyser that is ready, and then runs other code when the first bytes come, as one would that a file has taken
 * over. It lies where every user may read it.
 */
export async function startHarmedAnalyser(
  code: string,
  ...[overrides, hooks]: Parameters<typeof startAnalyser>
): Promise<RunningAnalyser> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-harmed-'));
  await chmod(directory, 0o755);
  const entry = path.join(directory, 'analyser.mjs');
  const text = `${FRAME} frame(3, '{}'); process.stdin.once('data', async () => { ${code} });`;
  await writeFile(entry, text, { mode: 0o644 });
  const analyser = await startAnalyser({ entry, size: 1, replyTimeoutMs: 1_000, ...overrides }, hooks);
  return {
    ...analyser,
    async close() {
      await analyser.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
