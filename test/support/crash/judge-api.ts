import { codeOf, type ApiClient } from '../api-client.js';
import type { Told } from './scene.js';

/** Whether every file can be had exactly when it is clean, and then byte for byte. */
export async function judgeApi(
  clients: Readonly<Record<'acme' | 'globex', readonly ApiClient[]>>,
  tolds: readonly Told[],
): Promise<string[]> {
  const found: string[] = [];
  for (const told of tolds) {
    const [client] = clients[told.plan.tenant];
    if (told.fileId !== undefined && client) found.push(...(await judgeOne(client, told, told.fileId)));
  }
  return found;
}

async function judgeOne(client: ApiClient, told: Told, fileId: string): Promise<string[]> {
  const { plan, isCompleted, isDeleted, downloadUrls } = told;
  const isClean = isCompleted && !isDeleted && plan.outcome === 'CLEAN';
  const outcome = await client.createDownloadUrl({ fileId });
  if (outcome.ok !== isClean) {
    return [
      `${plan.label}: a download URL is ${codeOf(outcome) ?? 'given'}, its file is ${isClean ? '' : 'not '}clean`,
    ];
  }
  const found: string[] = [];
  for (const url of [...downloadUrls, ...(outcome.ok ? [outcome.value.url] : [])]) {
    const response = await fetch(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok !== isClean) found.push(`${plan.label}: its download answers ${response.status}`);
    else if (isClean && !bytes.equals(plan.bytes)) found.push(`${plan.label}: its download has other bytes`);
  }
  return found;
}
