import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { ViewerDocument } from '../client/src/generated/graphql.js';
import type { UploadOptions } from '../client/src/node.js';
import type { Ending } from './exit-codes.js';
import type { Options } from './options.js';
import type { Output } from './output.js';
import type { Session } from './session.js';
import { createBars } from './show/bars.js';
import { silentDisplay, type Display } from './show/display.js';
import { createLines } from './show/lines.js';
import { endingOf, reportResult } from './show/report-result.js';
import { explainUnreadable, findFiles } from './transfer/find-files.js';
import { uploadFile, type UploadResult } from './transfer/upload-file.js';
import { UsageError } from './usage-error.js';

const MIB = 1024 * 1024;
/** Files under way at the same time. */
const FILES_AT_ONCE = 4;

/** Sends all files that were named and reports each as it ends. */
export async function uploadFiles(
  session: Session,
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<Ending[]> {
  const files = await findFiles(options.paths, options.recursive);
  // Asked once and first, so that a wrong token or address is told once and not for each file.
  await session.requestOnce(ViewerDocument, {}, signal);
  const display = chooseDisplay(options, output);
  const queue = files.values();
  const results: UploadResult[] = [];
  const report = (result: UploadResult): Ending => reportResult(result, options.json, output);

  const lane = async (): Promise<void> => {
    for (const file of queue) {
      if (signal.aborted) return;
      const result = await sendOne(session, file, display, { ...toUploadOptions(options), signal });
      results.push(result);
      if (!display.ownsTerminal) report(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(FILES_AT_ONCE, files.length) }, lane));
  display.close();
  return display.ownsTerminal ? results.map(report) : results.map(endingOf);
}

async function sendOne(
  session: Session,
  file: string,
  display: Display,
  options: UploadOptions,
): Promise<UploadResult> {
  // It may have gone since it was listed, or be closed to us: that is the end of this file alone.
  const status = await look(file).catch((error: unknown) => explainUnreadable(file, error));
  if (status instanceof UsageError) return { kind: 'failed', path: file, error: status, fileId: undefined };
  const row = display.open(path.basename(file), status.size);
  const result = await uploadFile(session, file, row, options);
  row.end(result.kind === 'ended' ? result.file.state : 'failed');
  return result;
}

async function look(file: string): Promise<Stats> {
  await using opened = await open(file, 'r');
  return await opened.stat();
}

const toUploadOptions = (options: Options): UploadOptions => ({
  ...(options.verify ? { declareSha256: true } : {}),
  partChecksums: options.checksums,
  askFromBytes: options.askFrom * MIB,
  priority: options.priority === 'bulk' ? 'BULK' : 'INTERACTIVE',
  metadata: options.metadata,
  contentType: options.contentType,
  fileId: options.resume,
});

function chooseDisplay({ json }: Options, { terminal, error }: Output): Display {
  if (json) return silentDisplay;
  return terminal === undefined ? createLines(error) : createBars(terminal);
}
