import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../support/analyser/analyse.js';
import {
  compoundOf,
  ole1Object,
  packagedFile,
  windowsProgram,
  workbookOf,
} from '../../support/analyser/compound.js';

const packaged = packagedFile('a.exe', windowsProgram());
const SEEDS: Readonly<Record<string, Buffer>> = {
  'a.xls': compoundOf({
    streams: { Workbook: workbookOf(1), 'a/b/\u0001Ole10Native': packaged, 'a/VBA/dir': 'x', c: packaged },
  }),
  'a.rtf': Buffer.from(
    `{\\rtf1\\ansi{\\object\\objemb{\\*\\objdata ${ole1Object('Package', packaged).toString('hex')}}}{\\*\\template http://a.example/}\\u116?\\bin3 abc}`,
  ),
  'a.svg': Buffer.from(
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY % p "<!ENTITY a \'x\'>">%p;<!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"><style>a{fill:url(#b)}</style><image href="data:image/png;base64,iVBORw0KGgo="/>&b;<![CDATA[x]]></svg>',
  ),
  'a.html': Buffer.from(
    '<!DOCTYPE html><html><head><meta charset=utf-8></head><!-- x --><body onload="x"><a href="data:,x">&amp;</a></body></html>',
  ),
};

/** Bytes written over, taken out or doubled, at random places. */
const changes = fc.array(
  fc.record({
    at: fc.nat(0xffff),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    kind: fc.constantFrom('write', 'remove', 'double', 'swap'),
  }),
  { minLength: 1, maxLength: 12 },
);

function mutate(seed: Buffer, list: readonly { at: number; bytes: Uint8Array; kind: string }[]): Buffer {
  let result = Buffer.from(seed);
  for (const { at: place, bytes, kind } of list) {
    const at = place % Math.max(1, result.length);
    const [front, back] = [result.subarray(0, at), result.subarray(at)];
    if (kind === 'write') Buffer.from(bytes).copy(result, at);
    else if (kind === 'remove') result = Buffer.concat([front, back.subarray(bytes.length * 16)]);
    else if (kind === 'double') result = Buffer.concat([front, back.subarray(0, 64), back]);
    else result = Buffer.concat([back, front]);
  }
  return result;
}

describe('whatever becomes of a file', () => {
  it.each(Object.keys(SEEDS))(
    '%s: it is analysed to an end, within its time, and without a parser that fails',
    async (name) => {
      const seed = SEEDS[name] ?? Buffer.alloc(0);
      await fc.assert(
        fc.asyncProperty(changes, fc.integer({ min: 1, max: 5_000 }), async (list, chunkBytes) => {
          const report = await analyse(mutate(seed, list), name, { chunkBytes, limits: { maxCpuMs: 5_000 } });
          const failed = report.findings.filter(({ detail }) => detail === 'A parser failed.');
          const stuck = report.findings.filter(({ code }) => code === 'ANALYSIS_LIMIT');
          expect([...failed, ...stuck]).toEqual([]);
        }),
        { numRuns: Number(process.env['MUTATIONS'] ?? 150) },
      );
    },
  );
});
