import type { UploadSnapshot } from '../client/src/browser.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people, e.g. `4.8 MiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power] ?? 'B'}`;
}

/** How far an upload is, from 0 to 1: the transfer, and then the inspection. */
export function fractionOf({ phase, sizeBytes, sentBytes, scannedBytes }: UploadSnapshot): number {
  if (phase === 'ended' || sizeBytes === 0) return 1;
  return (phase === 'inspecting' ? scannedBytes : sentBytes) / sizeBytes;
}

const VERDICTS: Partial<Record<UploadSnapshot['stage'], string>> = {
  CLEAN: 'Clean',
  INFECTED: 'Infected, in quarantine',
  UNSCANNABLE: 'Not provably clean',
  REJECTED: 'Rejected',
  CANCELLED: 'Cancelled',
};

/** Where an upload stands, in a few words. */
export function statusOf(snapshot: UploadSnapshot): string {
  const { phase, stage, problem, queuePosition, bytesPerSecond, sentBytes, file } = snapshot;
  switch (phase) {
    case 'preparing':
      return problem ? `Waiting: ${problem.message}` : 'Preparing';
    case 'sending':
      if (problem) return `Waiting: ${problem.message}`;
      return `${formatBytes(sentBytes)} sent${bytesPerSecond > 0 ? `, ${formatBytes(bytesPerSecond)}/s` : ''}`;
    case 'paused':
      return `Paused at ${formatBytes(sentBytes)}`;
    case 'inspecting':
      return queuePosition ? `Waiting for inspection, ${queuePosition} before it` : 'Inspecting';
    case 'ended':
      return [VERDICTS[stage] ?? stage, file?.verdict?.reason].filter(Boolean).join(': ');
    case 'failed':
      return problem ? `${problem.message} (${problem.code})` : 'Failed';
    case 'stopped':
      return 'Stopped';
    case 'cancelled':
      return 'Cancelled';
  }
}
