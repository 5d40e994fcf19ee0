import { keepSubscribed } from './api/keep-subscribed.js';
import { FILE_EVENTS, VIEWER, type FileEvent } from './api/operations.js';
import type { Output } from './output.js';
import type { Session } from './session.js';
import { formatBytes, plainText } from './show/units.js';

/**
 * Shows every change of state in the tenant, in order, until the signal aborts. A lost connection goes on
 * after the last event that was shown: none is missed and none is shown twice.
 */
export async function watchEvents(
  { graphql, live }: Session,
  isJson: boolean,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { viewer } = await graphql.requestOnce(VIEWER, {}, signal);
  if (!isJson) {
    output.error(`Watching the files of ${plainText(viewer.tenant.name)} as ${viewer.subject}. Ctrl-C ends.`);
  }
  let after: string | undefined;
  const variables = (): { after?: string } => (after === undefined ? {} : { after });
  for await (const { fileEvents } of keepSubscribed(live, FILE_EVENTS, variables, signal)) {
    after = fileEvents.cursor;
    output.result(isJson ? JSON.stringify(fileEvents) : eventText(fileEvents));
  }
}

/** One event as one line. */
export function eventText({ occurredAt, from, to, file }: FileEvent): string {
  const change = `${from ?? 'new'} -> ${to}`.padEnd(26);
  const reason = file.verdict?.reason ? `  ${file.verdict.reason}` : '';
  return `${occurredAt}  ${change} ${file.id}  ${plainText(file.name)} (${formatBytes(file.sizeBytes)}) by ${file.createdBy}${reason}`;
}
