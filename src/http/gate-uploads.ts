import { fault, type Outcome } from '../domain/errors.js';
import { PRESSURE_RETRY_MS } from '../graphql/use-admission.js';
import type { createUpload } from '../usecases/create-upload.js';
import type { joinUploads } from '../usecases/resumable/join-uploads.js';

interface UploadOpeners {
  readonly createUpload: ReturnType<typeof createUpload>;
  readonly joinUploads: ReturnType<typeof joinUploads>;
}

/**
 * Refuses new uploads with OVERLOADED while the process is at its limits, whatever they come over. Whole
 * files are refused before their body is read; everything else goes on.
 */
export const gateNewUploads = <T extends UploadOpeners>(useCases: T, isUnderPressure: () => boolean): T => {
  const gate =
    <A extends readonly unknown[], R>(open: (...input: A) => Promise<Outcome<R>>) =>
    (...input: A): Promise<Outcome<R>> =>
      isUnderPressure()
        ? Promise.resolve(fault('OVERLOADED', { retryAfterMs: PRESSURE_RETRY_MS }))
        : open(...input);
  return {
    ...useCases,
    createUpload: gate(useCases.createUpload),
    joinUploads: gate(useCases.joinUploads),
  };
};
