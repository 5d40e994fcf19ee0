import type { Platform } from '../compose.js';
import type { File } from '../domain/file.js';

/** What use-cases tell of that lose something to the store. */
export interface LossReports {
  readonly onLost: (file: Pick<File, 'id'>) => void;
  readonly onLostFragment: (file: Pick<File, 'id'>) => void;
}

/** Counts what the store has lost, and names the uploads in the log. */
export const reportLosses = ({ metrics, logger }: Pick<Platform, 'metrics' | 'logger'>): LossReports => ({
  onLost: ({ id: fileId }) => {
    metrics.lostUploads.inc();
    logger.error({ fileId }, 'the store has lost an open upload, which ends');
  },
  onLostFragment: ({ id: fileId }) => {
    metrics.lostFragments.inc();
    logger.error(
      { fileId },
      'the store has lost bytes of an open upload, whose sender is asked for them again',
    );
  },
});
