import { formatBytes, plainText } from '../show/units.js';
import type { ReceiptClaims } from './claims.js';
import type { Judgement } from './judge.js';
import type { OpenedReceipt } from './open-receipt.js';

/** What the command found, for people. */
export function receiptText(path: string, opened: OpenedReceipt, judgement: Judgement): string {
  const head = `${plainText(path)}: ${headline(judgement)}`;
  return [head, ...(opened.ok ? statementLines(opened).map((line) => `  ${line}`) : [])].join('\n');
}

function headline(judgement: Judgement): string {
  switch (judgement.kind) {
    case 'genuine':
      return `the receipt is genuine and is for exactly this file: ${judgement.verdict}`;
    case 'not-genuine':
      return `THE RECEIPT PROVES NOTHING. ${judgement.why}`;
    case 'other-file':
      return `THE RECEIPT IS NOT FOR THIS FILE. ${judgement.why}`;
  }
}

function statementLines({ claims, kid }: OpenedReceipt & { readonly ok: true }): string[] {
  const reason = claims.reason === null ? '' : ` (${plainText(claims.reason)})`;
  const findings = claims.findings.map(({ code, detail, path }) => {
    const where = path === null ? '' : ` in ${plainText(path)}`;
    return `found:   ${plainText(code)} ${plainText(detail ?? '')}${where}`;
  });
  return [
    `verdict: ${claims.verdict}${reason}, ${claims.decidedAt}`,
    ...findings,
    `engine:  ${plainText(claims.engine) || 'none'}, definitions ${plainText(claims.definitions) || 'unknown'}`,
    ...(claims.coverage === 'SEGMENTS' ? ['scan:    in segments that overlap, not as a whole'] : []),
    ...examinedLine(claims),
    `policy:  ${plainText(claims.policy ?? 'unknown')}`,
    `bytes:   ${String(claims.size)} (${formatBytes(claims.size)}), sha256 ${claims.sha256 ?? 'unknown'}`,
    `file:    ${plainText(claims.sub)} of tenant ${plainText(claims.tenant)}`,
    `issuer:  ${plainText(claims.iss)}, key ${plainText(kid)}`,
  ];
}

function examinedLine({ examined, decidedAt }: ReceiptClaims): string[] {
  if (!examined || examined.at === decidedAt) return [];
  const { engine, definitions, at } = examined;
  return [`again:   ${plainText(engine)}, definitions ${plainText(definitions)}, ${at}`];
}
