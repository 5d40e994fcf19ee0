/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Approves what somebody else asked for. */
export type ApproveReleaseInput = {
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
  /** What is to be written down with it. */
  reason?: string | null | undefined;
  /** The release. */
  releaseId: string | number;
};

/** How an attempt can end without a verdict. */
export type AttemptEnd =
  /** Because the worker was told to stop; the next attempt came at once. */
  | 'INTERRUPTED'
  /** Because the worker was lost without a word. */
  | 'LOST'
  /** By an analysis that used up its time; when that happens again it is what is found of the file. */
  | 'OVERTIME'
  /** By a refusal: there was no next attempt. */
  | 'PERMANENT'
  /** By a dependency that said when to come again. */
  | 'RATE_LIMITED'
  /** By a failure that passes by itself: the next attempt came after a random wait. */
  | 'TRANSIENT'
  /** By a failure that nobody foresaw. */
  | 'UNKNOWN';

/** What a client says to hold. */
export type ChallengePossessionInput = {
  /** Of all bytes. */
  sha256: string;
  /** Exact size of the file. */
  sizeBytes: number;
};

/** Which upload is complete. */
export type CompleteUploadInput = {
  /** The file. */
  fileId: string | number;
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
  /** If given, each must have arrived with just this etag, and none may be left out. */
  parts?: Array<CompletedPartInput> | null | undefined;
};

/** A part as its sender knows it. */
export type CompletedPartInput = {
  /** From the answer to the PUT. */
  etag: string;
  /** Counted from 1. */
  partNumber: number;
};

/** Which file, and for how long the URL is good. */
export type CreateDownloadUrlInput = {
  /** The file. */
  fileId: string | number;
  /** Seconds, 1 to 86,400. */
  ttlSeconds?: number | null | undefined;
};

/** Which infected content, how locked, and for how long. */
export type CreateForensicUrlInput = {
  /** How the zip is locked. */
  encryption?: ZipEncryption | null | undefined;
  /** The file. */
  fileId: string | number;
  /** Seconds, 1 to 3,600. */
  ttlSeconds?: number | null | undefined;
};

/** What a client says of a file before its bytes. */
export type CreateUploadInput = {
  /** Media type. */
  contentType?: string | null | undefined;
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
  /** To be attached to the file. */
  metadata?: Array<MetadataEntryInput> | null | undefined;
  /** Name of the file, without a path. */
  name: string;
  /** A wish; the answer decides. Without one 8 MiB, or up to 32 MiB in files above 64 MiB. */
  partSizeBytes?: number | null | undefined;
  /** Which work comes first. */
  priority?: Priority | null | undefined;
  /** If given, the file never becomes CLEAN with other bytes. */
  sha256?: string | null | undefined;
  /** Exact size of the file. */
  sizeBytes: number;
  /** A wish; Transfer.mode says what it came to. PROXIED when left out. */
  transport?: TransferMode | null | undefined;
};

/** Why an inspection was given up. */
export type DeadLetterCause =
  /** What should have passed did not, however often it was tried. */
  | 'ATTEMPTS_USED_UP'
  /** A job in the queue was none that the service makes; the file is inspected all the same. */
  | 'PAYLOAD_REFUSED'
  /** A part of the service refused what it was asked for. */
  | 'PERMANENT_FAILURE'
  /** Worker after worker was lost while it inspected the file. */
  | 'STALLED'
  /** Something that nobody foresaw went wrong several times. */
  | 'UNKNOWN_FAILURE';

/** Selects dead letters; what is left out does not restrict. */
export type DeadLetterFilter = {
  /** One of these. */
  causes?: Array<DeadLetterCause> | null | undefined;
  /** Of this file. */
  fileId?: string | number | null | undefined;
  /** One of these. */
  statuses?: Array<DeadLetterStatus> | null | undefined;
};

/** What became of a dead letter. */
export type DeadLetterStatus =
  /** The file stays UNSCANNABLE, and its bytes are gone. */
  | 'DISCARDED'
  /** Waits for a decision; the bytes of the file are kept as long. */
  | 'OPEN'
  /** The file was inspected anew. */
  | 'REPLAYED';

/** Lets a dead letter be, with a reason. */
export type DiscardDeadLetterInput = {
  /** The dead letter. */
  deadLetterId: string | number;
  /** The same key and input give the same effect once, and the same answer. */
  idempotencyKey?: string | null | undefined;
  /** Why, in words; up to 2,000 characters. */
  reason: string;
};

/** Which open dead letters are discarded, and why; what is left out does not restrict. */
export type DiscardDeadLettersInput = {
  /** With one of these causes. */
  causes?: Array<DeadLetterCause> | null | undefined;
  /** Of this file. */
  fileId?: string | number | null | undefined;
  /** How many at most, 1 to 100; the newest first. */
  limit?: number;
  /** Why, in words; up to 2,000 characters. */
  reason: string;
};

/** Refuses or ends a release, with a reason. */
export type EndReleaseInput = {
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
  /** Why, in words; up to 2,000 characters. */
  reason: string;
  /** The release. */
  releaseId: string | number;
};

/** Selects files; what is left out does not restrict. */
export type FileFilter = {
  /** Subject of the token that began the upload. */
  createdBy?: string | null | undefined;
  /** Part of the name; letter case does not matter. */
  nameContains?: string | null | undefined;
  /** Only files in one of these states. */
  states?: Array<FileState> | null | undefined;
};

/** Names a file. */
export type FileIdInput = {
  /** The file. */
  fileId: string | number;
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
};

/** Where a file stands. */
export type FileState =
  /** Given up by a client before it was complete. */
  | 'CANCELLED'
  /** The only state in which content can be downloaded. */
  | 'CLEAN'
  /** Its content is gone; the record stays. */
  | 'DELETED'
  /** Never completed within the life of its upload, or lost by the store before that. */
  | 'EXPIRED'
  /** Quarantined. Stays so while it is released, and then only those who may have it get the content. */
  | 'INFECTED'
  /** Created; no byte has arrived. */
  | 'PENDING'
  /** Some bytes are durable. */
  | 'RECEIVING'
  /** Refused by the tenant's policy or by a checksum. */
  | 'REJECTED'
  /** All bytes are durable; queued for or under inspection. */
  | 'SCANNING'
  /** Not provably clean: over a limit, encrypted, corrupt, or the scanner gave no answer after all retries. */
  | 'UNSCANNABLE';

/** What a finding makes of a file. */
export type FindingAction =
  /** Only reported. */
  | 'ALLOW'
  /** Quarantined. */
  | 'INFECTED'
  /** Refused by the policy. */
  | 'REJECTED'
  /** Not provably clean. */
  | 'UNSCANNABLE';

/** What a finding is to mean. */
export type FindingRuleInput = {
  /** What it makes of a file. What was not looked into, or never is honest, cannot be allowed. */
  action: FindingAction;
  /** Code of the finding, as in docs/findings.md. */
  code: string;
};

/** One pair to attach to a file. */
export type MetadataEntryInput = {
  /** Unique within the file. */
  key: string;
  /** Any visible text. */
  value: string;
};

/** What becomes of a file that is longer than any stream that the scanner can judge. */
export type OversizeRule =
  /** Judged in segments that overlap, unless it is a container; the verdict says so. */
  | 'OVERLAPPING_SEGMENTS'
  /** Not provably clean. */
  | 'UNSCANNABLE';

/** A part that is about to be sent. */
export type PartToSignInput = {
  /** Counted from 1. */
  partNumber: number;
  /** If given, other bytes are refused. */
  sha256?: string | null | undefined;
};

/** Which rules to try, and on how many files. */
export type PolicyDryRunInput = {
  /** Begins with this version instead of the newest. */
  fromVersion?: number | null | undefined;
  /** How many files, 1 to 1,000. */
  last?: number | null | undefined;
  /** What is to be different. */
  policy?: PolicyRulesInput | null | undefined;
};

/** What is to be different; what is left out stays as it is, and a list that is given replaces the old one. */
export type PolicyRulesInput = {
  /** Extensions that alone are accepted; empty for all. */
  allowedExtensions?: Array<string> | null | undefined;
  /** Types that alone are accepted; empty for all. */
  allowedTypes?: Array<string> | null | undefined;
  /** Extensions that are refused. */
  deniedExtensions?: Array<string> | null | undefined;
  /** Types that are refused. */
  deniedTypes?: Array<string> | null | undefined;
  /** Findings that mean something else here. */
  findingActions?: Array<FindingRuleInput> | null | undefined;
  /** Smaller limits of some types. */
  maxBytesByType?: Array<TypeLimitInput> | null | undefined;
  /** Largest file, in bytes. */
  maxFileBytes?: number | null | undefined;
  /** For files that no scanner takes whole. */
  oversize?: OversizeRule | null | undefined;
};

/** What comes of the answer to a challenge. */
export type PossessionOutcome =
  /** Upload the file as usual. Says nothing about what is stored. */
  | 'SEND_BYTES'
  /** The file is there, decided over like any other; nothing has to be sent. */
  | 'STORED';

/** Which work comes first. */
export type Priority =
  /** May wait for everything interactive. */
  | 'BULK'
  /** Somebody waits for it. */
  | 'INTERACTIVE';

/** The answer to a challenge, and what is to be said of the file that comes of it. */
export type ProvePossessionInput = {
  /** As it was given out; good for one answer. */
  challenge: string;
  /** Media type. */
  contentType?: string | null | undefined;
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
  /** To be attached to the file. */
  metadata?: Array<MetadataEntryInput> | null | undefined;
  /** Name of the file, without a path. */
  name: string;
  /** Which work comes first. */
  priority?: Priority | null | undefined;
  /** HMAC-SHA256 over the tags of all blocks in order, the tag of a block being the HMAC-SHA256 of its bytes; the key of all of them is the challenge, decoded from hexadecimal. */
  proof: string;
};

/** What can happen in a quarantine. */
export type QuarantineEventKind =
  /** The content is gone; `cause` says why. */
  | 'CONTENT_REMOVED'
  /** Somebody downloaded the content in a zip with a password. */
  | 'FORENSIC_DOWNLOAD'
  /** A file was found to be infected. */
  | 'QUARANTINED'
  /** Somebody downloaded the content while it was released. */
  | 'RELEASED_DOWNLOAD'
  /** Somebody else approved it. */
  | 'RELEASE_APPROVED'
  /** It is over; `cause` says why. */
  | 'RELEASE_ENDED'
  /** Somebody else refused it. */
  | 'RELEASE_REFUSED'
  /** Somebody asked for a release. */
  | 'RELEASE_REQUESTED';

/** Selects infected files; what is left out does not restrict. */
export type QuarantineFilter = {
  /** Subject of the token that began the upload. */
  createdBy?: string | null | undefined;
  /** Part of what was found; letter case does not matter. */
  findingContains?: string | null | undefined;
  /** Part of the name; letter case does not matter. */
  nameContains?: string | null | undefined;
  /** The newest release stands at one of these. */
  releaseStatuses?: Array<ReleaseStatus> | null | undefined;
};

/** Where infected content is. */
export type QuarantinedContent =
  /** In the quarantine area. */
  | 'HELD'
  /** On its way into the quarantine area; nobody can read it. */
  | 'MOVING'
  /** Gone. */
  | 'REMOVED';

/** Where a request to let infected content out stands. */
export type ReleaseStatus =
  /** Lets the content out until it expires. */
  | 'APPROVED'
  /** Over: it has expired, was taken back, or something was found since. */
  | 'ENDED'
  /** Somebody else said no. */
  | 'REFUSED'
  /** Waits for the decision of somebody else. */
  | 'REQUESTED';

/** Has a file inspected anew whose inspection was given up. */
export type ReplayDeadLetterInput = {
  /** The dead letter. */
  deadLetterId: string | number;
  /** The same key and input give the same effect once, and the same answer. */
  idempotencyKey?: string | null | undefined;
  /** What is to be written down with it. */
  reason?: string | null | undefined;
};

/** Which open dead letters are replayed; what is left out does not restrict. */
export type ReplayDeadLettersInput = {
  /** With one of these causes. */
  causes?: Array<DeadLetterCause> | null | undefined;
  /** Of this file. */
  fileId?: string | number | null | undefined;
  /** How many at most, 1 to 100; the newest first. */
  limit?: number;
  /** What is to be written down with each. */
  reason?: string | null | undefined;
};

/** Asks somebody else to let infected content out for a while. */
export type RequestReleaseInput = {
  /** When the release ends by itself: in the future, and before the content is removed. */
  expiresAt: string;
  /** The file. */
  fileId: string | number;
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
  /** Why, in words; up to 2,000 characters. */
  reason: string;
};

/** Why a step failed or a saga ended early. */
export type SagaCause =
  /** The upload was given up. */
  | 'CANCELLED'
  /** The store does not have the bytes any more. */
  | 'CONTENT_LOST'
  /** The database did not answer as it must. */
  | 'DATABASE_UNAVAILABLE'
  /** The file was deleted. */
  | 'DELETED'
  /** Its time was over. */
  | 'EXPIRED'
  /** Newer definitions found something again. */
  | 'HIT'
  /** Whoever was at it stopped without a word. */
  | 'INTERRUPTED'
  /** Somebody else said no. */
  | 'REFUSED'
  /** Somebody ended it. */
  | 'REVOKED'
  /** The scanner did not answer as it must. */
  | 'SCANNER_UNAVAILABLE'
  /** The object store did not do what it must. */
  | 'STORE_UNAVAILABLE'
  /** Something else; the log of the service says what. */
  | 'UNEXPECTED';

/** Whether a step is to be done or to be undone. */
export type SagaDirection =
  /** Forward. */
  | 'DO'
  /** Back. */
  | 'UNDO';

/** Work of several steps that is carried to its end or undone, whatever fails on the way. */
export type SagaName =
  /** From the open upload to the bytes as one object. */
  | 'COMPLETION'
  /** A file is deleted, or an upload given up. */
  | 'DELETION'
  /** One attempt to come to a verdict. */
  | 'INSPECTION'
  /** Infected content moves out of reach. */
  | 'QUARANTINE'
  /** Infected content is let out for a while. */
  | 'RELEASE';

/** Where a saga stands. */
export type SagaState =
  /** Everything is undone, or was ended by a deletion or a verdict. */
  | 'COMPENSATED'
  /** It has failed, and what it did is being undone. */
  | 'COMPENSATING'
  /** Every step is done. */
  | 'DONE'
  /** On its way to its end. */
  | 'RUNNING';

/** A step of a saga. */
export type SagaStepName =
  /** Somebody else decides on it. */
  | 'APPROVE'
  /** The parts become one object. */
  | 'ASSEMBLE'
  /** What is not needed any more is removed from the store. */
  | 'CLEAN_UP'
  /** The verdict. */
  | 'DECIDE'
  /** The release ends; of a deletion: the file ends, and its quota is given back. */
  | 'END'
  /** The file is in the quarantine. */
  | 'ENTER'
  /** Every part is there; the file waits for its inspection. */
  | 'HAND_OVER'
  /** The content moves into the quarantine area. */
  | 'MOVE'
  /** The upload is open and its quota reserved. */
  | 'OPEN'
  /** The bytes are removed from the store. */
  | 'REMOVE'
  /** Somebody asks for a release. */
  | 'REQUEST'
  /** The copy is written that is served if the bytes are clean. */
  | 'SEAL';

/** What became of a step. */
export type SagaStepOutcome =
  /** Nothing of it is left. */
  | 'COMPENSATED'
  /** Done, for good. */
  | 'DONE'
  /** It failed; it is repeated or undone. */
  | 'FAILED'
  /** From now on it may have had an effect outside the database. */
  | 'STARTED';

/** Which upload is run in the manner of S3. */
export type SignS3UploadInput = {
  /** The file. */
  fileId: string | number;
};

/** Which parts of which file are about to be sent. */
export type SignUploadPartsInput = {
  /** The file. */
  fileId: string | number;
  /** At most 1,000. */
  parts: Array<PartToSignInput>;
  /** Which way these parts are to go, whatever others do; Transfer.mode when left out. */
  transport?: TransferMode | null | undefined;
};

/** Which way the bytes of signed parts go. */
export type TransferMode =
  /** Straight to the object store, which the API then asks what has arrived. */
  | 'DIRECT'
  /** Through the API. */
  | 'PROXIED';

/** Largest file of a media type, or of a class of them as `image/*`. */
export type TypeLimitInput = {
  /** Bytes. */
  maxBytes: number;
  /** Media type or class. */
  type: string;
};

/** A new version of the policy. */
export type UpdatePolicyInput = {
  /** The version that is to be replaced; CONFLICT when there is a newer one. */
  expectedVersion: number;
  /** Begins with this version instead of the expected one; without rules that goes back to it. */
  fromVersion?: number | null | undefined;
  /** The same key and input give the same effect once, and the same answer. */
  idempotencyKey?: string | null | undefined;
  /** Why, in words; up to 2,000 characters. */
  reason: string;
  /** What is to be different. */
  rules?: PolicyRulesInput | null | undefined;
};

/** What a client says of a file that comes in the same request. */
export type UploadFileInput = {
  /** Media type; that of the part when left out. */
  contentType?: string | null | undefined;
  /** The same key and input give the same effect once, and the same answer; another input with a key that was used is refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set another time; after that it is as good as new. */
  idempotencyKey?: string | null | undefined;
  /** To be attached to the file. */
  metadata?: Array<MetadataEntryInput> | null | undefined;
  /** Name of the file; that of the part when left out. */
  name?: string | null | undefined;
  /** Which work comes first. */
  priority?: Priority | null | undefined;
  /** If given, the file never becomes CLEAN with other bytes. */
  sha256?: string | null | undefined;
};

/** How a zip is locked. */
export type ZipEncryption =
  /** Opens with 7-Zip, WinZip and many others; faster. */
  | 'AES_256'
  /** Opens with every tool. */
  | 'ZIP_CRYPTO';

export type ApproveReleaseMutationVariables = Exact<{
  input: ApproveReleaseInput;
}>;


export type ApproveReleaseMutation = { approveRelease: { release: { id: string, fileId: string, version: number, status: ReleaseStatus, inForce: boolean, reason: string, requestedBy: string, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, endedBy: string | null, endedAt: string | null, endCause: string | null, endReason: string | null } } };

export type CancelUploadMutationVariables = Exact<{
  input: FileIdInput;
}>;


export type CancelUploadMutation = { cancelUpload: { file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } };

export type ChallengePossessionMutationVariables = Exact<{
  input: ChallengePossessionInput;
}>;


export type ChallengePossessionMutation = { challengePossession: { challenge: string, blockSizeBytes: number, expiresAt: string } };

export type CompleteUploadMutationVariables = Exact<{
  input: CompleteUploadInput;
}>;


export type CompleteUploadMutation = { completeUpload: { file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } };

export type CreateDownloadUrlMutationVariables = Exact<{
  input: CreateDownloadUrlInput;
}>;


export type CreateDownloadUrlMutation = { createDownloadUrl: { url: string, expiresAt: string } };

export type CreateForensicUrlMutationVariables = Exact<{
  input: CreateForensicUrlInput;
}>;


export type CreateForensicUrlMutation = { createForensicUrl: { url: string, expiresAt: string, password: string } };

export type CreateUploadMutationVariables = Exact<{
  input: CreateUploadInput;
}>;


export type CreateUploadMutation = { createUpload: { file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string }, transfer: { partSizeBytes: number, partCount: number, tusUrl: string, expiresAt: string } } };

export type DeadLetterQueryVariables = Exact<{
  id: string | number;
}>;


export type DeadLetterQuery = { deadLetter: { id: string, status: DeadLetterStatus, cause: DeadLetterCause, failureClass: AttemptEnd, message: string, createdAt: string, decidedBy: string | null, decidedAt: string | null, reason: string | null, attempts: Array<{ attempt: number, failureClass: AttemptEnd, message: string, occurredAt: string }>, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } | null };

export type DeadLettersQueryVariables = Exact<{
  filter?: DeadLetterFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeadLettersQuery = { deadLetters: { totalCount: number, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, edges: Array<{ cursor: string, node: { id: string, status: DeadLetterStatus, cause: DeadLetterCause, failureClass: AttemptEnd, message: string, createdAt: string, decidedBy: string | null, decidedAt: string | null, reason: string | null, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } }> } };

export type DeleteFileMutationVariables = Exact<{
  input: FileIdInput;
}>;


export type DeleteFileMutation = { deleteFile: { file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } };

export type DiscardDeadLetterMutationVariables = Exact<{
  input: DiscardDeadLetterInput;
}>;


export type DiscardDeadLetterMutation = { discardDeadLetter: { deadLetter: { id: string, status: DeadLetterStatus, cause: DeadLetterCause, failureClass: AttemptEnd, message: string, createdAt: string, decidedBy: string | null, decidedAt: string | null, reason: string | null, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } } };

export type DiscardDeadLettersMutationVariables = Exact<{
  input: DiscardDeadLettersInput;
}>;


export type DiscardDeadLettersMutation = { discardDeadLetters: { decidedCount: number, skippedCount: number, remainingCount: number } };

export type EndReleaseMutationVariables = Exact<{
  input: EndReleaseInput;
}>;


export type EndReleaseMutation = { endRelease: { release: { id: string, fileId: string, version: number, status: ReleaseStatus, inForce: boolean, reason: string, requestedBy: string, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, endedBy: string | null, endedAt: string | null, endCause: string | null, endReason: string | null } } };

export type FileEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  states?: Array<FileState> | FileState | null | undefined;
}>;


export type FileEventsSubscription = { fileEvents: { cursor: string, from: FileState | null, to: FileState, occurredAt: string, correlationId: string, file: { declaredType: string | null, detectedType: string | null, sha256: string | null, priority: Priority, createdBy: string, createdAt: string, id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, metadata: Array<{ key: string, value: string }>, verdict: { outcome: FileState, reason: string | null, engine: string, definitionsVersion: string, scannedBytes: number, decidedAt: string, findings: Array<{ code: string, detail: string, path: string | null }> } | null } } };

export type FileQueryVariables = Exact<{
  id: string | number;
  withSagas?: boolean | null | undefined;
}>;


export type FileQuery = { file: { declaredType: string | null, detectedType: string | null, sha256: string | null, priority: Priority, createdBy: string, createdAt: string, id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, upload: { receivedBytes: number, partSizeBytes: number, partCount: number, missingPartNumbers: Array<number>, expiresAt: string | null, parts: Array<{ partNumber: number, sizeBytes: number, etag: string, sha256: string | null }> }, saga?: Array<{ name: SagaName, run: string, state: SagaState, startedAt: string, endedAt: string | null, next: { direction: SagaDirection, step: SagaStepName } | null, steps: Array<{ step: SagaStepName, outcome: SagaStepOutcome, cause: SagaCause | null, at: string, correlationId: string }> }>, metadata: Array<{ key: string, value: string }>, verdict: { outcome: FileState, reason: string | null, engine: string, definitionsVersion: string, scannedBytes: number, decidedAt: string, findings: Array<{ code: string, detail: string, path: string | null }> } | null } | null };

export type FilesQueryVariables = Exact<{
  filter?: FileFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FilesQuery = { files: { totalCount: number, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, edges: Array<{ cursor: string, node: { declaredType: string | null, detectedType: string | null, sha256: string | null, priority: Priority, createdBy: string, createdAt: string, id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, metadata: Array<{ key: string, value: string }>, verdict: { outcome: FileState, reason: string | null, engine: string, definitionsVersion: string, scannedBytes: number, decidedAt: string, findings: Array<{ code: string, detail: string, path: string | null }> } | null } }> } };

export type FileSummaryFragment = { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string };

export type FileDetailsFragment = { declaredType: string | null, detectedType: string | null, sha256: string | null, priority: Priority, createdBy: string, createdAt: string, id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, metadata: Array<{ key: string, value: string }>, verdict: { outcome: FileState, reason: string | null, engine: string, definitionsVersion: string, scannedBytes: number, decidedAt: string, findings: Array<{ code: string, detail: string, path: string | null }> } | null };

export type ReleaseDetailsFragment = { id: string, fileId: string, version: number, status: ReleaseStatus, inForce: boolean, reason: string, requestedBy: string, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, endedBy: string | null, endedAt: string | null, endCause: string | null, endReason: string | null };

export type PolicyDetailsFragment = { version: number, digest: string, maxFileBytes: number, allowedTypes: Array<string>, deniedTypes: Array<string>, allowedExtensions: Array<string>, deniedExtensions: Array<string>, oversize: OversizeRule, createdBy: string | null, createdAt: string | null, reason: string | null, maxBytesByType: Array<{ type: string, maxBytes: number }>, findingActions: Array<{ code: string, action: FindingAction }> };

export type PolicyDryRunDetailsFragment = { from: FileState, to: FileState | null, reason: string | null, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } };

export type SagaDetailsFragment = { name: SagaName, run: string, state: SagaState, startedAt: string, endedAt: string | null, next: { direction: SagaDirection, step: SagaStepName } | null, steps: Array<{ step: SagaStepName, outcome: SagaStepOutcome, cause: SagaCause | null, at: string, correlationId: string }> };

export type DeadLetterDetailsFragment = { id: string, status: DeadLetterStatus, cause: DeadLetterCause, failureClass: AttemptEnd, message: string, createdAt: string, decidedBy: string | null, decidedAt: string | null, reason: string | null, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } };

export type PolicyDryRunQueryVariables = Exact<{
  input: PolicyDryRunInput;
}>;


export type PolicyDryRunQuery = { policyDryRun: { examined: number, counts: Array<{ from: FileState, to: FileState | null, count: number }>, different: Array<{ from: FileState, to: FileState | null, reason: string | null, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } }>, undecidable: Array<{ from: FileState, to: FileState | null, reason: string | null, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } }> } };

export type PolicyHistoryQueryVariables = Exact<{
  first?: number | null | undefined;
  before?: number | null | undefined;
}>;


export type PolicyHistoryQuery = { policyHistory: Array<{ version: number, digest: string, maxFileBytes: number, allowedTypes: Array<string>, deniedTypes: Array<string>, allowedExtensions: Array<string>, deniedExtensions: Array<string>, oversize: OversizeRule, createdBy: string | null, createdAt: string | null, reason: string | null, maxBytesByType: Array<{ type: string, maxBytes: number }>, findingActions: Array<{ code: string, action: FindingAction }> }> };

export type PolicyQueryVariables = Exact<{ [key: string]: never; }>;


export type PolicyQuery = { policy: { version: number, digest: string, maxFileBytes: number, allowedTypes: Array<string>, deniedTypes: Array<string>, allowedExtensions: Array<string>, deniedExtensions: Array<string>, oversize: OversizeRule, createdBy: string | null, createdAt: string | null, reason: string | null, maxBytesByType: Array<{ type: string, maxBytes: number }>, findingActions: Array<{ code: string, action: FindingAction }> } };

export type ProvePossessionMutationVariables = Exact<{
  input: ProvePossessionInput;
}>;


export type ProvePossessionMutation = { provePossession: { outcome: PossessionOutcome, file: { declaredType: string | null, detectedType: string | null, sha256: string | null, priority: Priority, createdBy: string, createdAt: string, id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, metadata: Array<{ key: string, value: string }>, verdict: { outcome: FileState, reason: string | null, engine: string, definitionsVersion: string, scannedBytes: number, decidedAt: string, findings: Array<{ code: string, detail: string, path: string | null }> } | null } | null } };

export type QuarantineEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type QuarantineEventsSubscription = { quarantineEvents: { cursor: string, kind: QuarantineEventKind, fileId: string, releaseId: string | null, subject: string, reason: string | null, expiresAt: string | null, cause: string | null, occurredAt: string, correlationId: string } };

export type QuarantineQueryVariables = Exact<{
  filter?: QuarantineFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type QuarantineQuery = { quarantine: { totalCount: number, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, edges: Array<{ cursor: string, node: { quarantinedAt: string, content: QuarantinedContent, retainedUntil: string | null, file: { declaredType: string | null, detectedType: string | null, sha256: string | null, priority: Priority, createdBy: string, createdAt: string, id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, metadata: Array<{ key: string, value: string }>, verdict: { outcome: FileState, reason: string | null, engine: string, definitionsVersion: string, scannedBytes: number, decidedAt: string, findings: Array<{ code: string, detail: string, path: string | null }> } | null }, release: { id: string, fileId: string, version: number, status: ReleaseStatus, inForce: boolean, reason: string, requestedBy: string, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, endedBy: string | null, endedAt: string | null, endCause: string | null, endReason: string | null } | null } }> } };

export type RefuseReleaseMutationVariables = Exact<{
  input: EndReleaseInput;
}>;


export type RefuseReleaseMutation = { refuseRelease: { release: { id: string, fileId: string, version: number, status: ReleaseStatus, inForce: boolean, reason: string, requestedBy: string, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, endedBy: string | null, endedAt: string | null, endCause: string | null, endReason: string | null } } };

export type ReplayDeadLetterMutationVariables = Exact<{
  input: ReplayDeadLetterInput;
}>;


export type ReplayDeadLetterMutation = { replayDeadLetter: { deadLetter: { id: string, status: DeadLetterStatus, cause: DeadLetterCause, failureClass: AttemptEnd, message: string, createdAt: string, decidedBy: string | null, decidedAt: string | null, reason: string | null, file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } } };

export type ReplayDeadLettersMutationVariables = Exact<{
  input: ReplayDeadLettersInput;
}>;


export type ReplayDeadLettersMutation = { replayDeadLetters: { decidedCount: number, skippedCount: number, remainingCount: number } };

export type RequestReleaseMutationVariables = Exact<{
  input: RequestReleaseInput;
}>;


export type RequestReleaseMutation = { requestRelease: { release: { id: string, fileId: string, version: number, status: ReleaseStatus, inForce: boolean, reason: string, requestedBy: string, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, endedBy: string | null, endedAt: string | null, endCause: string | null, endReason: string | null } } };

export type RescanFileMutationVariables = Exact<{
  input: FileIdInput;
}>;


export type RescanFileMutation = { rescanFile: { file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, lastExamination: { engine: string, definitionsVersion: string, examinedAt: string, isPending: boolean } | null } } };

export type SignS3UploadMutationVariables = Exact<{
  input: SignS3UploadInput;
}>;


export type SignS3UploadMutation = { signS3Upload: { url: string, expiresAt: string } };

export type SignUploadPartsMutationVariables = Exact<{
  input: SignUploadPartsInput;
}>;


export type SignUploadPartsMutation = { signUploadParts: { parts: Array<{ partNumber: number, url: string, expiresAt: string, headers: Array<{ name: string, value: string }> }> } };

export type UpdatePolicyMutationVariables = Exact<{
  input: UpdatePolicyInput;
}>;


export type UpdatePolicyMutation = { updatePolicy: { policy: { version: number, digest: string, maxFileBytes: number, allowedTypes: Array<string>, deniedTypes: Array<string>, allowedExtensions: Array<string>, deniedExtensions: Array<string>, oversize: OversizeRule, createdBy: string | null, createdAt: string | null, reason: string | null, maxBytesByType: Array<{ type: string, maxBytes: number }>, findingActions: Array<{ code: string, action: FindingAction }> } } };

export type UploadFileMutationVariables = Exact<{
  file: File | Blob;
  input?: UploadFileInput | null | undefined;
}>;


export type UploadFileMutation = { uploadFile: { file: { id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string } } };

export type UploadProgressSubscriptionVariables = Exact<{
  fileId: string | number;
}>;


export type UploadProgressSubscription = { uploadProgress: { stage: FileState, receivedBytes: number, scannedBytes: number, queuePosition: number | null, observedAt: string, file: { declaredType: string | null, detectedType: string | null, sha256: string | null, priority: Priority, createdBy: string, createdAt: string, id: string, version: number, name: string, sizeBytes: number, state: FileState, downloadable: boolean, updatedAt: string, metadata: Array<{ key: string, value: string }>, verdict: { outcome: FileState, reason: string | null, engine: string, definitionsVersion: string, scannedBytes: number, decidedAt: string, findings: Array<{ code: string, detail: string, path: string | null }> } | null } } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { subject: string, roles: Array<string>, permissions: Array<string>, tenant: { id: string, slug: string, name: string, limits: { maxFileBytes: number, deniedTypes: Array<string>, maxBytesByType: Array<{ type: string, maxBytes: number }> }, quota: { bytes: { limit: number, used: number }, files: { limit: number, used: number }, uploads: { limit: number, used: number } } } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const FileSummaryFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
    `, {"fragmentName":"FileSummary"}) as unknown as TypedDocumentString<FileSummaryFragment, unknown>;
export const FileDetailsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment FileDetails on File {
  ...FileSummary
  declaredType
  detectedType
  sha256
  priority
  createdBy
  createdAt
  metadata {
    key
    value
  }
  verdict {
    outcome
    reason
    engine
    definitionsVersion
    scannedBytes
    decidedAt
    findings {
      code
      detail
      path
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`, {"fragmentName":"FileDetails"}) as unknown as TypedDocumentString<FileDetailsFragment, unknown>;
export const ReleaseDetailsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ReleaseDetails on Release {
  id
  fileId
  version
  status
  inForce
  reason
  requestedBy
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  endedBy
  endedAt
  endCause
  endReason
}
    `, {"fragmentName":"ReleaseDetails"}) as unknown as TypedDocumentString<ReleaseDetailsFragment, unknown>;
export const PolicyDetailsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PolicyDetails on Policy {
  version
  digest
  maxFileBytes
  maxBytesByType {
    type
    maxBytes
  }
  allowedTypes
  deniedTypes
  allowedExtensions
  deniedExtensions
  findingActions {
    code
    action
  }
  oversize
  createdBy
  createdAt
  reason
}
    `, {"fragmentName":"PolicyDetails"}) as unknown as TypedDocumentString<PolicyDetailsFragment, unknown>;
export const PolicyDryRunDetailsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PolicyDryRunDetails on PolicyDryRunFile {
  from
  to
  reason
  file {
    ...FileSummary
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`, {"fragmentName":"PolicyDryRunDetails"}) as unknown as TypedDocumentString<PolicyDryRunDetailsFragment, unknown>;
export const SagaDetailsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment SagaDetails on Saga {
  name
  run
  state
  next {
    direction
    step
  }
  startedAt
  endedAt
  steps {
    step
    outcome
    cause
    at
    correlationId
  }
}
    `, {"fragmentName":"SagaDetails"}) as unknown as TypedDocumentString<SagaDetailsFragment, unknown>;
export const DeadLetterDetailsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment DeadLetterDetails on DeadLetter {
  id
  status
  cause
  failureClass
  message
  createdAt
  decidedBy
  decidedAt
  reason
  file {
    ...FileSummary
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`, {"fragmentName":"DeadLetterDetails"}) as unknown as TypedDocumentString<DeadLetterDetailsFragment, unknown>;
export const ApproveReleaseDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation approveRelease($input: ApproveReleaseInput!) {
  approveRelease(input: $input) {
    release {
      ...ReleaseDetails
    }
  }
}
    fragment ReleaseDetails on Release {
  id
  fileId
  version
  status
  inForce
  reason
  requestedBy
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  endedBy
  endedAt
  endCause
  endReason
}`) as unknown as TypedDocumentString<ApproveReleaseMutation, ApproveReleaseMutationVariables>;
export const CancelUploadDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation cancelUpload($input: FileIdInput!) {
  cancelUpload(input: $input) {
    file {
      ...FileSummary
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`) as unknown as TypedDocumentString<CancelUploadMutation, CancelUploadMutationVariables>;
export const ChallengePossessionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation challengePossession($input: ChallengePossessionInput!) {
  challengePossession(input: $input) {
    challenge
    blockSizeBytes
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<ChallengePossessionMutation, ChallengePossessionMutationVariables>;
export const CompleteUploadDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation completeUpload($input: CompleteUploadInput!) {
  completeUpload(input: $input) {
    file {
      ...FileSummary
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`) as unknown as TypedDocumentString<CompleteUploadMutation, CompleteUploadMutationVariables>;
export const CreateDownloadUrlDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation createDownloadUrl($input: CreateDownloadUrlInput!) {
  createDownloadUrl(input: $input) {
    url
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<CreateDownloadUrlMutation, CreateDownloadUrlMutationVariables>;
export const CreateForensicUrlDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation createForensicUrl($input: CreateForensicUrlInput!) {
  createForensicUrl(input: $input) {
    url
    expiresAt
    password
  }
}
    `) as unknown as TypedDocumentString<CreateForensicUrlMutation, CreateForensicUrlMutationVariables>;
export const CreateUploadDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation createUpload($input: CreateUploadInput!) {
  createUpload(input: $input) {
    file {
      ...FileSummary
    }
    transfer {
      partSizeBytes
      partCount
      tusUrl
      expiresAt
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`) as unknown as TypedDocumentString<CreateUploadMutation, CreateUploadMutationVariables>;
export const DeadLetterDocument = /*#__PURE__*/ new TypedDocumentString(`
    query deadLetter($id: ID!) {
  deadLetter(id: $id) {
    ...DeadLetterDetails
    attempts {
      attempt
      failureClass
      message
      occurredAt
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment DeadLetterDetails on DeadLetter {
  id
  status
  cause
  failureClass
  message
  createdAt
  decidedBy
  decidedAt
  reason
  file {
    ...FileSummary
  }
}`) as unknown as TypedDocumentString<DeadLetterQuery, DeadLetterQueryVariables>;
export const DeadLettersDocument = /*#__PURE__*/ new TypedDocumentString(`
    query deadLetters($filter: DeadLetterFilter, $first: Int = 50, $after: String) {
  deadLetters(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    edges {
      cursor
      node {
        ...DeadLetterDetails
      }
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment DeadLetterDetails on DeadLetter {
  id
  status
  cause
  failureClass
  message
  createdAt
  decidedBy
  decidedAt
  reason
  file {
    ...FileSummary
  }
}`) as unknown as TypedDocumentString<DeadLettersQuery, DeadLettersQueryVariables>;
export const DeleteFileDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation deleteFile($input: FileIdInput!) {
  deleteFile(input: $input) {
    file {
      ...FileSummary
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`) as unknown as TypedDocumentString<DeleteFileMutation, DeleteFileMutationVariables>;
export const DiscardDeadLetterDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation discardDeadLetter($input: DiscardDeadLetterInput!) {
  discardDeadLetter(input: $input) {
    deadLetter {
      ...DeadLetterDetails
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment DeadLetterDetails on DeadLetter {
  id
  status
  cause
  failureClass
  message
  createdAt
  decidedBy
  decidedAt
  reason
  file {
    ...FileSummary
  }
}`) as unknown as TypedDocumentString<DiscardDeadLetterMutation, DiscardDeadLetterMutationVariables>;
export const DiscardDeadLettersDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation discardDeadLetters($input: DiscardDeadLettersInput!) {
  discardDeadLetters(input: $input) {
    decidedCount
    skippedCount
    remainingCount
  }
}
    `) as unknown as TypedDocumentString<DiscardDeadLettersMutation, DiscardDeadLettersMutationVariables>;
export const EndReleaseDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation endRelease($input: EndReleaseInput!) {
  endRelease(input: $input) {
    release {
      ...ReleaseDetails
    }
  }
}
    fragment ReleaseDetails on Release {
  id
  fileId
  version
  status
  inForce
  reason
  requestedBy
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  endedBy
  endedAt
  endCause
  endReason
}`) as unknown as TypedDocumentString<EndReleaseMutation, EndReleaseMutationVariables>;
export const FileEventsDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription fileEvents($after: Cursor, $states: [FileState!]) {
  fileEvents(after: $after, states: $states) {
    cursor
    from
    to
    occurredAt
    correlationId
    file {
      ...FileDetails
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment FileDetails on File {
  ...FileSummary
  declaredType
  detectedType
  sha256
  priority
  createdBy
  createdAt
  metadata {
    key
    value
  }
  verdict {
    outcome
    reason
    engine
    definitionsVersion
    scannedBytes
    decidedAt
    findings {
      code
      detail
      path
    }
  }
}`) as unknown as TypedDocumentString<FileEventsSubscription, FileEventsSubscriptionVariables>;
export const FileDocument = /*#__PURE__*/ new TypedDocumentString(`
    query file($id: ID!, $withSagas: Boolean = false) {
  file(id: $id) {
    ...FileDetails
    upload {
      receivedBytes
      partSizeBytes
      partCount
      missingPartNumbers
      expiresAt
      parts {
        partNumber
        sizeBytes
        etag
        sha256
      }
    }
    saga @include(if: $withSagas) {
      ...SagaDetails
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment FileDetails on File {
  ...FileSummary
  declaredType
  detectedType
  sha256
  priority
  createdBy
  createdAt
  metadata {
    key
    value
  }
  verdict {
    outcome
    reason
    engine
    definitionsVersion
    scannedBytes
    decidedAt
    findings {
      code
      detail
      path
    }
  }
}
fragment SagaDetails on Saga {
  name
  run
  state
  next {
    direction
    step
  }
  startedAt
  endedAt
  steps {
    step
    outcome
    cause
    at
    correlationId
  }
}`) as unknown as TypedDocumentString<FileQuery, FileQueryVariables>;
export const FilesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query files($filter: FileFilter, $first: Int = 50, $after: String) {
  files(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    edges {
      cursor
      node {
        ...FileDetails
      }
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment FileDetails on File {
  ...FileSummary
  declaredType
  detectedType
  sha256
  priority
  createdBy
  createdAt
  metadata {
    key
    value
  }
  verdict {
    outcome
    reason
    engine
    definitionsVersion
    scannedBytes
    decidedAt
    findings {
      code
      detail
      path
    }
  }
}`) as unknown as TypedDocumentString<FilesQuery, FilesQueryVariables>;
export const PolicyDryRunDocument = /*#__PURE__*/ new TypedDocumentString(`
    query policyDryRun($input: PolicyDryRunInput!) {
  policyDryRun(input: $input) {
    examined
    counts {
      from
      to
      count
    }
    different {
      ...PolicyDryRunDetails
    }
    undecidable {
      ...PolicyDryRunDetails
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment PolicyDryRunDetails on PolicyDryRunFile {
  from
  to
  reason
  file {
    ...FileSummary
  }
}`) as unknown as TypedDocumentString<PolicyDryRunQuery, PolicyDryRunQueryVariables>;
export const PolicyHistoryDocument = /*#__PURE__*/ new TypedDocumentString(`
    query policyHistory($first: Int = 20, $before: Int) {
  policyHistory(first: $first, before: $before) {
    ...PolicyDetails
  }
}
    fragment PolicyDetails on Policy {
  version
  digest
  maxFileBytes
  maxBytesByType {
    type
    maxBytes
  }
  allowedTypes
  deniedTypes
  allowedExtensions
  deniedExtensions
  findingActions {
    code
    action
  }
  oversize
  createdBy
  createdAt
  reason
}`) as unknown as TypedDocumentString<PolicyHistoryQuery, PolicyHistoryQueryVariables>;
export const PolicyDocument = /*#__PURE__*/ new TypedDocumentString(`
    query policy {
  policy {
    ...PolicyDetails
  }
}
    fragment PolicyDetails on Policy {
  version
  digest
  maxFileBytes
  maxBytesByType {
    type
    maxBytes
  }
  allowedTypes
  deniedTypes
  allowedExtensions
  deniedExtensions
  findingActions {
    code
    action
  }
  oversize
  createdBy
  createdAt
  reason
}`) as unknown as TypedDocumentString<PolicyQuery, PolicyQueryVariables>;
export const ProvePossessionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation provePossession($input: ProvePossessionInput!) {
  provePossession(input: $input) {
    outcome
    file {
      ...FileDetails
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment FileDetails on File {
  ...FileSummary
  declaredType
  detectedType
  sha256
  priority
  createdBy
  createdAt
  metadata {
    key
    value
  }
  verdict {
    outcome
    reason
    engine
    definitionsVersion
    scannedBytes
    decidedAt
    findings {
      code
      detail
      path
    }
  }
}`) as unknown as TypedDocumentString<ProvePossessionMutation, ProvePossessionMutationVariables>;
export const QuarantineEventsDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription quarantineEvents($after: Cursor) {
  quarantineEvents(after: $after) {
    cursor
    kind
    fileId
    releaseId
    subject
    reason
    expiresAt
    cause
    occurredAt
    correlationId
  }
}
    `) as unknown as TypedDocumentString<QuarantineEventsSubscription, QuarantineEventsSubscriptionVariables>;
export const QuarantineDocument = /*#__PURE__*/ new TypedDocumentString(`
    query quarantine($filter: QuarantineFilter, $first: Int = 50, $after: String) {
  quarantine(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    edges {
      cursor
      node {
        quarantinedAt
        content
        retainedUntil
        file {
          ...FileDetails
        }
        release {
          ...ReleaseDetails
        }
      }
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment FileDetails on File {
  ...FileSummary
  declaredType
  detectedType
  sha256
  priority
  createdBy
  createdAt
  metadata {
    key
    value
  }
  verdict {
    outcome
    reason
    engine
    definitionsVersion
    scannedBytes
    decidedAt
    findings {
      code
      detail
      path
    }
  }
}
fragment ReleaseDetails on Release {
  id
  fileId
  version
  status
  inForce
  reason
  requestedBy
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  endedBy
  endedAt
  endCause
  endReason
}`) as unknown as TypedDocumentString<QuarantineQuery, QuarantineQueryVariables>;
export const RefuseReleaseDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation refuseRelease($input: EndReleaseInput!) {
  refuseRelease(input: $input) {
    release {
      ...ReleaseDetails
    }
  }
}
    fragment ReleaseDetails on Release {
  id
  fileId
  version
  status
  inForce
  reason
  requestedBy
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  endedBy
  endedAt
  endCause
  endReason
}`) as unknown as TypedDocumentString<RefuseReleaseMutation, RefuseReleaseMutationVariables>;
export const ReplayDeadLetterDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation replayDeadLetter($input: ReplayDeadLetterInput!) {
  replayDeadLetter(input: $input) {
    deadLetter {
      ...DeadLetterDetails
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment DeadLetterDetails on DeadLetter {
  id
  status
  cause
  failureClass
  message
  createdAt
  decidedBy
  decidedAt
  reason
  file {
    ...FileSummary
  }
}`) as unknown as TypedDocumentString<ReplayDeadLetterMutation, ReplayDeadLetterMutationVariables>;
export const ReplayDeadLettersDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation replayDeadLetters($input: ReplayDeadLettersInput!) {
  replayDeadLetters(input: $input) {
    decidedCount
    skippedCount
    remainingCount
  }
}
    `) as unknown as TypedDocumentString<ReplayDeadLettersMutation, ReplayDeadLettersMutationVariables>;
export const RequestReleaseDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation requestRelease($input: RequestReleaseInput!) {
  requestRelease(input: $input) {
    release {
      ...ReleaseDetails
    }
  }
}
    fragment ReleaseDetails on Release {
  id
  fileId
  version
  status
  inForce
  reason
  requestedBy
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  endedBy
  endedAt
  endCause
  endReason
}`) as unknown as TypedDocumentString<RequestReleaseMutation, RequestReleaseMutationVariables>;
export const RescanFileDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation rescanFile($input: FileIdInput!) {
  rescanFile(input: $input) {
    file {
      ...FileSummary
      lastExamination {
        engine
        definitionsVersion
        examinedAt
        isPending
      }
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`) as unknown as TypedDocumentString<RescanFileMutation, RescanFileMutationVariables>;
export const SignS3UploadDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation signS3Upload($input: SignS3UploadInput!) {
  signS3Upload(input: $input) {
    url
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<SignS3UploadMutation, SignS3UploadMutationVariables>;
export const SignUploadPartsDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation signUploadParts($input: SignUploadPartsInput!) {
  signUploadParts(input: $input) {
    parts {
      partNumber
      url
      headers {
        name
        value
      }
      expiresAt
    }
  }
}
    `) as unknown as TypedDocumentString<SignUploadPartsMutation, SignUploadPartsMutationVariables>;
export const UpdatePolicyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation updatePolicy($input: UpdatePolicyInput!) {
  updatePolicy(input: $input) {
    policy {
      ...PolicyDetails
    }
  }
}
    fragment PolicyDetails on Policy {
  version
  digest
  maxFileBytes
  maxBytesByType {
    type
    maxBytes
  }
  allowedTypes
  deniedTypes
  allowedExtensions
  deniedExtensions
  findingActions {
    code
    action
  }
  oversize
  createdBy
  createdAt
  reason
}`) as unknown as TypedDocumentString<UpdatePolicyMutation, UpdatePolicyMutationVariables>;
export const UploadFileDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation uploadFile($file: Upload!, $input: UploadFileInput) {
  uploadFile(file: $file, input: $input) {
    file {
      ...FileSummary
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}`) as unknown as TypedDocumentString<UploadFileMutation, UploadFileMutationVariables>;
export const UploadProgressDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription uploadProgress($fileId: ID!) {
  uploadProgress(fileId: $fileId) {
    stage
    receivedBytes
    scannedBytes
    queuePosition
    observedAt
    file {
      ...FileDetails
    }
  }
}
    fragment FileSummary on File {
  id
  version
  name
  sizeBytes
  state
  downloadable
  updatedAt
}
fragment FileDetails on File {
  ...FileSummary
  declaredType
  detectedType
  sha256
  priority
  createdBy
  createdAt
  metadata {
    key
    value
  }
  verdict {
    outcome
    reason
    engine
    definitionsVersion
    scannedBytes
    decidedAt
    findings {
      code
      detail
      path
    }
  }
}`) as unknown as TypedDocumentString<UploadProgressSubscription, UploadProgressSubscriptionVariables>;
export const ViewerDocument = /*#__PURE__*/ new TypedDocumentString(`
    query viewer {
  viewer {
    subject
    roles
    permissions
    tenant {
      id
      slug
      name
      limits {
        maxFileBytes
        maxBytesByType {
          type
          maxBytes
        }
        deniedTypes
      }
      quota {
        bytes {
          limit
          used
        }
        files {
          limit
          used
        }
        uploads {
          limit
          used
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;