import {
  FileEventsDocument,
  ViewerDocument,
  type FileEventsSubscription,
} from '../client/src/generated/graphql.js';
import type { UploadedFile } from '../client/src/node.js';
import type { Output } from './output.js';
import type { Session } from './session.js';
import { formatBytes, plainText } from './show/units.js';

/**
 * Shows every change of state in the tenant, in order, until the signal aborts. A lost connection goes on
 * after the last event that was shown: none is missed and none is shown twice.
 */
export async function watchEvents(
  session: Session,
  isJson: boolean,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { viewer } = await session.requestOnce(ViewerDocument, {}, signal);
  if (!isJson) {
    output.error(`Watching the files of ${plainText(viewer.tenant.name)} as ${viewer.subject}. Ctrl-C ends.`);
  }
  let after: string | undefined;
  const variables = (): { after?: string } => (after === undefined ? {} : { after });
  const show = ({ fileEvents }: FileEventsSubscription): void => {
    after = fileEvents.cursor;
    output.result(isJson ? JSON.stringify(fileEvents) : eventText(fileEvents));
  };
  await session.subscribe(FileEventsDocument, variables, show, signal);
}

/** What an event is shown from. */
export type FileEvent = Pick<FileEventsSubscription['fileEvents'], 'from' | 'to' | 'occurredAt'> & {
  readonly file: Pick<UploadedFile, 'id' | 'name' | 'sizeBytes' | 'createdBy' | 'verdict'>;
};

/** One event as one line. */
export function eventText({ occurredAt, from, to, file }: FileEvent): string {
  const change = `${from ?? 'new'} -> ${to}`.padEnd(26);
  const reason = file.verdict?.reason ? `  ${file.verdict.reason}` : '';
  return `${occurredAt}  ${change} ${file.id}  ${plainText(file.name)} (${formatBytes(file.sizeBytes)}) by ${file.createdBy}${reason}`;
}
