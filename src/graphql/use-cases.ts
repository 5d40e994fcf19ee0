import type { cancelUpload, deleteFile } from '../usecases/end-file.js';
import type { completeUpload } from '../usecases/complete-upload.js';
import type { createDownloadUrl } from '../usecases/downloads.js';
import type { createUpload } from '../usecases/create-upload.js';
import type { askPossession } from '../usecases/possession/ask-possession.js';
import type { provePossession } from '../usecases/possession/prove-possession.js';
import type { discardDeadLetter, replayDeadLetter } from '../usecases/dead-letters/decide-dead-letter.js';
import type { discardDeadLetters, replayDeadLetters } from '../usecases/dead-letters/decide-dead-letters.js';
import type {
  deadLetterAttempts,
  getDeadLetter,
  listDeadLetters,
} from '../usecases/dead-letters/read-dead-letters.js';
import type { getViewer } from '../usecases/get-viewer.js';
import type { getFile, listFiles, uploadStatus } from '../usecases/read-files.js';
import type { readSagas } from '../usecases/read-sagas.js';
import type { issueReceipt } from '../usecases/issue-receipt.js';
import type { createForensicUrl } from '../usecases/quarantine/create-forensic-url.js';
import type { approveRelease, endRelease, refuseRelease } from '../usecases/quarantine/decide-release.js';
import type {
  getQuarantine,
  listQuarantine,
  quarantineHistory,
} from '../usecases/quarantine/read-quarantine.js';
import type { dryRunPolicy } from '../usecases/policy/dry-run-policy.js';
import type { getPolicy, policyHistory } from '../usecases/policy/read-policy.js';
import type { updatePolicy } from '../usecases/policy/update-policy.js';
import type { readExamination } from '../usecases/rescan/read-examination.js';
import type { rescanFile } from '../usecases/rescan/rescan-file.js';
import type { requestRelease } from '../usecases/quarantine/request-release.js';
import type { watchQuarantine } from '../usecases/quarantine/watch-quarantine.js';
import type { receiveFile } from '../usecases/receive-file.js';
import type { signS3Upload } from '../usecases/sign-s3-upload.js';
import type { signUploadParts } from '../usecases/sign-upload-parts.js';
import type { watchFileEvents } from '../usecases/watch-file-events.js';
import type { watchUpload } from '../usecases/watch-upload.js';

/** Everything that the GraphQL API can do; resolvers only translate to and from it. */
export interface UseCases {
  readonly createUpload: ReturnType<typeof createUpload>;
  readonly signUploadParts: ReturnType<typeof signUploadParts>;
  readonly signS3Upload: ReturnType<typeof signS3Upload>;
  readonly completeUpload: ReturnType<typeof completeUpload>;
  readonly cancelUpload: ReturnType<typeof cancelUpload>;
  readonly deleteFile: ReturnType<typeof deleteFile>;
  readonly receiveFile: ReturnType<typeof receiveFile>;
  readonly askPossession: ReturnType<typeof askPossession>;
  readonly provePossession: ReturnType<typeof provePossession>;
  readonly createDownloadUrl: ReturnType<typeof createDownloadUrl>;
  readonly listDeadLetters: ReturnType<typeof listDeadLetters>;
  readonly getDeadLetter: ReturnType<typeof getDeadLetter>;
  readonly deadLetterAttempts: ReturnType<typeof deadLetterAttempts>;
  readonly replayDeadLetter: ReturnType<typeof replayDeadLetter>;
  readonly discardDeadLetter: ReturnType<typeof discardDeadLetter>;
  readonly replayDeadLetters: ReturnType<typeof replayDeadLetters>;
  readonly discardDeadLetters: ReturnType<typeof discardDeadLetters>;
  readonly listQuarantine: ReturnType<typeof listQuarantine>;
  readonly getQuarantine: ReturnType<typeof getQuarantine>;
  readonly quarantineHistory: ReturnType<typeof quarantineHistory>;
  readonly requestRelease: ReturnType<typeof requestRelease>;
  readonly approveRelease: ReturnType<typeof approveRelease>;
  readonly refuseRelease: ReturnType<typeof refuseRelease>;
  readonly endRelease: ReturnType<typeof endRelease>;
  readonly createForensicUrl: ReturnType<typeof createForensicUrl>;
  readonly watchQuarantine: ReturnType<typeof watchQuarantine>;
  readonly getFile: ReturnType<typeof getFile>;
  readonly getPolicy: ReturnType<typeof getPolicy>;
  readonly policyHistory: ReturnType<typeof policyHistory>;
  readonly updatePolicy: ReturnType<typeof updatePolicy>;
  readonly dryRunPolicy: ReturnType<typeof dryRunPolicy>;
  readonly readExamination: ReturnType<typeof readExamination>;
  readonly rescanFile: ReturnType<typeof rescanFile>;
  readonly issueReceipt: ReturnType<typeof issueReceipt>;
  readonly readSagas: ReturnType<typeof readSagas>;
  readonly listFiles: ReturnType<typeof listFiles>;
  readonly uploadStatus: ReturnType<typeof uploadStatus>;
  readonly getViewer: ReturnType<typeof getViewer>;
  readonly watchUpload: ReturnType<typeof watchUpload>;
  readonly watchFileEvents: ReturnType<typeof watchFileEvents>;
}
