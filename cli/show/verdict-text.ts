import type { UploadResult } from '../transfer/upload-file.js';
import { formatBytes, plainText } from './units.js';

/** What became of a file, in a few lines. */
export function verdictText({
  path,
  file,
  alreadyStored,
}: UploadResult & { readonly kind: 'ended' }): string {
  const { verdict } = file;
  const head = `${plainText(path)}: ${file.state} (${formatBytes(file.sizeBytes)}, id ${file.id})`;
  if (!verdict) return head;
  const findings = verdict.findings.map(({ code, detail, path: member }) => {
    const where = member == null ? '' : ` in ${plainText(member)}`;
    return `found:  ${code} ${plainText(detail)}${where}`;
  });
  const lines = [
    ...(verdict.reason == null ? [] : [`reason: ${verdict.reason}`]),
    ...findings,
    `engine: ${plainText(verdict.engine)}, definitions ${plainText(verdict.definitionsVersion) || 'unknown'}`,
    ...(file.sha256 == null ? [] : [`sha256: ${file.sha256}`]),
    ...(alreadyStored ? ['nothing was sent: these bytes were stored already'] : []),
  ];
  return [head, ...lines.map((line) => `  ${line}`)].join('\n');
}
