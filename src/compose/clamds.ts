import type { ClamavHooks } from '../adapters/clamav/scanner.js';
import type { ClamdView } from '../adapters/clamav/view.js';
import type { ClamdReading } from '../observability/clamd-gauges.js';
import type { CheckAnswer } from '../observability/health.js';
import type { Logger } from '../observability/logger.js';

/** The border is known to half a mebibyte, and an archive counts with its members. */
const BORDER_BYTES = 2 * 1024 * 1024;

/** Logs what becomes of the clamds, by their places in the configuration. A standing is logged when it changes. */
export function logClamds(logger: Logger, settings: { readonly maxStreamBytes: number }): ClamavHooks {
  const last = new Map<number, string>();
  return {
    onFailure: (clamd, err) => logger.warn({ err, clamd }, 'a clamd failed'),
    onStanding: (clamd, standing) => {
      const said = standing.kind === 'failed' ? standing.wrong : standing.kind;
      if (last.get(clamd) === said) return;
      last.set(clamd, said);
      if (standing.kind === 'failed') {
        logger.error({ clamd, reason: said }, 'a clamd failed its self-test and gets no files');
      }
      if (standing.kind !== 'passed') return;
      const { definitions, status, border } = standing;
      const maxFileBytes = border.passedBytes;
      logger.info({ clamd, definitions, ...status, maxFileBytes }, 'a clamd passed its self-test');
      if (maxFileBytes + BORDER_BYTES >= settings.maxStreamBytes) return;
      logger.warn(
        { clamd, maxFileBytes, maxStreamBytes: settings.maxStreamBytes },
        'a clamd takes smaller files than LAZARET_CLAMD_MAX_STREAM_BYTES; those between are UNSCANNABLE',
      );
    },
  };
}

/** A clamd for the metrics. */
export const readClamd = (view: ClamdView): ClamdReading => ({
  isUsable: getsFiles(view),
  hasPassed: view.engine !== undefined,
  definitionsAgeSeconds: view.definitionsAgeSeconds ?? null,
  isOutdated: view.isOutdated,
  sessions: view.sessions,
});

const getsFiles = ({ state }: ClamdView): boolean => state === 'usable' || state === 'outdated';

/** All clamds for readiness: down when none is as it should be, degraded when one of several is not. */
export function answerOfClamds(views: readonly ClamdView[]): CheckAnswer {
  const usable = views.filter(({ state }) => state === 'usable').length;
  const status = usable === views.length ? 'up' : usable > 0 ? 'degraded' : 'down';
  return { status, detail: `${usable} of ${views.length} clamds are usable`, instances: views };
}
