/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation approveRelease($input: ApproveReleaseInput!) {\n  approveRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": typeof types.ApproveReleaseDocument,
    "mutation cancelUpload($input: FileIdInput!) {\n  cancelUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": typeof types.CancelUploadDocument,
    "mutation challengePossession($input: ChallengePossessionInput!) {\n  challengePossession(input: $input) {\n    challenge\n    blockSizeBytes\n    expiresAt\n  }\n}": typeof types.ChallengePossessionDocument,
    "mutation completeUpload($input: CompleteUploadInput!) {\n  completeUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": typeof types.CompleteUploadDocument,
    "mutation createDownloadUrl($input: CreateDownloadUrlInput!) {\n  createDownloadUrl(input: $input) {\n    url\n    expiresAt\n  }\n}": typeof types.CreateDownloadUrlDocument,
    "mutation createForensicUrl($input: CreateForensicUrlInput!) {\n  createForensicUrl(input: $input) {\n    url\n    expiresAt\n    password\n  }\n}": typeof types.CreateForensicUrlDocument,
    "mutation createUpload($input: CreateUploadInput!) {\n  createUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n    transfer {\n      partSizeBytes\n      partCount\n      tusUrl\n      expiresAt\n    }\n  }\n}": typeof types.CreateUploadDocument,
    "query deadLetter($id: ID!) {\n  deadLetter(id: $id) {\n    ...DeadLetterDetails\n    attempts {\n      attempt\n      failureClass\n      message\n      occurredAt\n    }\n  }\n}": typeof types.DeadLetterDocument,
    "query deadLetters($filter: DeadLetterFilter, $first: Int = 50, $after: String) {\n  deadLetters(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        ...DeadLetterDetails\n      }\n    }\n  }\n}": typeof types.DeadLettersDocument,
    "mutation deleteFile($input: FileIdInput!) {\n  deleteFile(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": typeof types.DeleteFileDocument,
    "mutation discardDeadLetter($input: DiscardDeadLetterInput!) {\n  discardDeadLetter(input: $input) {\n    deadLetter {\n      ...DeadLetterDetails\n    }\n  }\n}": typeof types.DiscardDeadLetterDocument,
    "mutation discardDeadLetters($input: DiscardDeadLettersInput!) {\n  discardDeadLetters(input: $input) {\n    decidedCount\n    skippedCount\n    remainingCount\n  }\n}": typeof types.DiscardDeadLettersDocument,
    "mutation endRelease($input: EndReleaseInput!) {\n  endRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": typeof types.EndReleaseDocument,
    "subscription fileEvents($after: Cursor, $states: [FileState!]) {\n  fileEvents(after: $after, states: $states) {\n    cursor\n    from\n    to\n    occurredAt\n    correlationId\n    file {\n      ...FileDetails\n    }\n  }\n}": typeof types.FileEventsDocument,
    "query file($id: ID!, $withSagas: Boolean = false) {\n  file(id: $id) {\n    ...FileDetails\n    upload {\n      receivedBytes\n      partSizeBytes\n      partCount\n      missingPartNumbers\n      expiresAt\n      parts {\n        partNumber\n        sizeBytes\n        etag\n        sha256\n      }\n    }\n    saga @include(if: $withSagas) {\n      ...SagaDetails\n    }\n  }\n}": typeof types.FileDocument,
    "query files($filter: FileFilter, $first: Int = 50, $after: String) {\n  files(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        ...FileDetails\n      }\n    }\n  }\n}": typeof types.FilesDocument,
    "fragment FileSummary on File {\n  id\n  version\n  name\n  sizeBytes\n  state\n  downloadable\n  updatedAt\n}\n\nfragment FileDetails on File {\n  ...FileSummary\n  declaredType\n  detectedType\n  sha256\n  priority\n  createdBy\n  createdAt\n  metadata {\n    key\n    value\n  }\n  verdict {\n    outcome\n    reason\n    engine\n    definitionsVersion\n    scannedBytes\n    decidedAt\n    findings {\n      code\n      detail\n      path\n    }\n  }\n}\n\nfragment ReleaseDetails on Release {\n  id\n  fileId\n  version\n  status\n  inForce\n  reason\n  requestedBy\n  requestedAt\n  expiresAt\n  decidedBy\n  decidedAt\n  decisionReason\n  endedBy\n  endedAt\n  endCause\n  endReason\n}\n\nfragment PolicyDetails on Policy {\n  version\n  digest\n  maxFileBytes\n  maxBytesByType {\n    type\n    maxBytes\n  }\n  allowedTypes\n  deniedTypes\n  allowedExtensions\n  deniedExtensions\n  findingActions {\n    code\n    action\n  }\n  oversize\n  createdBy\n  createdAt\n  reason\n}\n\nfragment PolicyDryRunDetails on PolicyDryRunFile {\n  from\n  to\n  reason\n  file {\n    ...FileSummary\n  }\n}\n\nfragment SagaDetails on Saga {\n  name\n  run\n  state\n  next {\n    direction\n    step\n  }\n  startedAt\n  endedAt\n  steps {\n    step\n    outcome\n    cause\n    at\n    correlationId\n  }\n}\n\nfragment DeadLetterDetails on DeadLetter {\n  id\n  status\n  cause\n  failureClass\n  message\n  createdAt\n  decidedBy\n  decidedAt\n  reason\n  file {\n    ...FileSummary\n  }\n}": typeof types.FileSummaryFragmentDoc,
    "query policyDryRun($input: PolicyDryRunInput!) {\n  policyDryRun(input: $input) {\n    examined\n    counts {\n      from\n      to\n      count\n    }\n    different {\n      ...PolicyDryRunDetails\n    }\n    undecidable {\n      ...PolicyDryRunDetails\n    }\n  }\n}": typeof types.PolicyDryRunDocument,
    "query policyHistory($first: Int = 20, $before: Int) {\n  policyHistory(first: $first, before: $before) {\n    ...PolicyDetails\n  }\n}": typeof types.PolicyHistoryDocument,
    "query policy {\n  policy {\n    ...PolicyDetails\n  }\n}": typeof types.PolicyDocument,
    "mutation provePossession($input: ProvePossessionInput!) {\n  provePossession(input: $input) {\n    outcome\n    file {\n      ...FileDetails\n    }\n  }\n}": typeof types.ProvePossessionDocument,
    "subscription quarantineEvents($after: Cursor) {\n  quarantineEvents(after: $after) {\n    cursor\n    kind\n    fileId\n    releaseId\n    subject\n    reason\n    expiresAt\n    cause\n    occurredAt\n    correlationId\n  }\n}": typeof types.QuarantineEventsDocument,
    "query quarantine($filter: QuarantineFilter, $first: Int = 50, $after: String) {\n  quarantine(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        quarantinedAt\n        content\n        retainedUntil\n        file {\n          ...FileDetails\n        }\n        release {\n          ...ReleaseDetails\n        }\n      }\n    }\n  }\n}": typeof types.QuarantineDocument,
    "mutation refuseRelease($input: EndReleaseInput!) {\n  refuseRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": typeof types.RefuseReleaseDocument,
    "mutation replayDeadLetter($input: ReplayDeadLetterInput!) {\n  replayDeadLetter(input: $input) {\n    deadLetter {\n      ...DeadLetterDetails\n    }\n  }\n}": typeof types.ReplayDeadLetterDocument,
    "mutation replayDeadLetters($input: ReplayDeadLettersInput!) {\n  replayDeadLetters(input: $input) {\n    decidedCount\n    skippedCount\n    remainingCount\n  }\n}": typeof types.ReplayDeadLettersDocument,
    "mutation requestRelease($input: RequestReleaseInput!) {\n  requestRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": typeof types.RequestReleaseDocument,
    "mutation rescanFile($input: FileIdInput!) {\n  rescanFile(input: $input) {\n    file {\n      ...FileSummary\n      lastExamination {\n        engine\n        definitionsVersion\n        examinedAt\n        isPending\n      }\n    }\n  }\n}": typeof types.RescanFileDocument,
    "mutation signS3Upload($input: SignS3UploadInput!) {\n  signS3Upload(input: $input) {\n    url\n    expiresAt\n  }\n}": typeof types.SignS3UploadDocument,
    "mutation signUploadParts($input: SignUploadPartsInput!) {\n  signUploadParts(input: $input) {\n    parts {\n      partNumber\n      url\n      headers {\n        name\n        value\n      }\n      expiresAt\n    }\n  }\n}": typeof types.SignUploadPartsDocument,
    "mutation updatePolicy($input: UpdatePolicyInput!) {\n  updatePolicy(input: $input) {\n    policy {\n      ...PolicyDetails\n    }\n  }\n}": typeof types.UpdatePolicyDocument,
    "mutation uploadFile($file: Upload!, $input: UploadFileInput) {\n  uploadFile(file: $file, input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": typeof types.UploadFileDocument,
    "subscription uploadProgress($fileId: ID!) {\n  uploadProgress(fileId: $fileId) {\n    stage\n    receivedBytes\n    scannedBytes\n    queuePosition\n    observedAt\n    file {\n      ...FileDetails\n    }\n  }\n}": typeof types.UploadProgressDocument,
    "query viewer {\n  viewer {\n    subject\n    roles\n    permissions\n    tenant {\n      id\n      slug\n      name\n      limits {\n        maxFileBytes\n        maxBytesByType {\n          type\n          maxBytes\n        }\n        deniedTypes\n      }\n      quota {\n        bytes {\n          limit\n          used\n        }\n        files {\n          limit\n          used\n        }\n        uploads {\n          limit\n          used\n        }\n      }\n    }\n  }\n}": typeof types.ViewerDocument,
};
const documents: Documents = {
    "mutation approveRelease($input: ApproveReleaseInput!) {\n  approveRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": types.ApproveReleaseDocument,
    "mutation cancelUpload($input: FileIdInput!) {\n  cancelUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": types.CancelUploadDocument,
    "mutation challengePossession($input: ChallengePossessionInput!) {\n  challengePossession(input: $input) {\n    challenge\n    blockSizeBytes\n    expiresAt\n  }\n}": types.ChallengePossessionDocument,
    "mutation completeUpload($input: CompleteUploadInput!) {\n  completeUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": types.CompleteUploadDocument,
    "mutation createDownloadUrl($input: CreateDownloadUrlInput!) {\n  createDownloadUrl(input: $input) {\n    url\n    expiresAt\n  }\n}": types.CreateDownloadUrlDocument,
    "mutation createForensicUrl($input: CreateForensicUrlInput!) {\n  createForensicUrl(input: $input) {\n    url\n    expiresAt\n    password\n  }\n}": types.CreateForensicUrlDocument,
    "mutation createUpload($input: CreateUploadInput!) {\n  createUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n    transfer {\n      partSizeBytes\n      partCount\n      tusUrl\n      expiresAt\n    }\n  }\n}": types.CreateUploadDocument,
    "query deadLetter($id: ID!) {\n  deadLetter(id: $id) {\n    ...DeadLetterDetails\n    attempts {\n      attempt\n      failureClass\n      message\n      occurredAt\n    }\n  }\n}": types.DeadLetterDocument,
    "query deadLetters($filter: DeadLetterFilter, $first: Int = 50, $after: String) {\n  deadLetters(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        ...DeadLetterDetails\n      }\n    }\n  }\n}": types.DeadLettersDocument,
    "mutation deleteFile($input: FileIdInput!) {\n  deleteFile(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": types.DeleteFileDocument,
    "mutation discardDeadLetter($input: DiscardDeadLetterInput!) {\n  discardDeadLetter(input: $input) {\n    deadLetter {\n      ...DeadLetterDetails\n    }\n  }\n}": types.DiscardDeadLetterDocument,
    "mutation discardDeadLetters($input: DiscardDeadLettersInput!) {\n  discardDeadLetters(input: $input) {\n    decidedCount\n    skippedCount\n    remainingCount\n  }\n}": types.DiscardDeadLettersDocument,
    "mutation endRelease($input: EndReleaseInput!) {\n  endRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": types.EndReleaseDocument,
    "subscription fileEvents($after: Cursor, $states: [FileState!]) {\n  fileEvents(after: $after, states: $states) {\n    cursor\n    from\n    to\n    occurredAt\n    correlationId\n    file {\n      ...FileDetails\n    }\n  }\n}": types.FileEventsDocument,
    "query file($id: ID!, $withSagas: Boolean = false) {\n  file(id: $id) {\n    ...FileDetails\n    upload {\n      receivedBytes\n      partSizeBytes\n      partCount\n      missingPartNumbers\n      expiresAt\n      parts {\n        partNumber\n        sizeBytes\n        etag\n        sha256\n      }\n    }\n    saga @include(if: $withSagas) {\n      ...SagaDetails\n    }\n  }\n}": types.FileDocument,
    "query files($filter: FileFilter, $first: Int = 50, $after: String) {\n  files(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        ...FileDetails\n      }\n    }\n  }\n}": types.FilesDocument,
    "fragment FileSummary on File {\n  id\n  version\n  name\n  sizeBytes\n  state\n  downloadable\n  updatedAt\n}\n\nfragment FileDetails on File {\n  ...FileSummary\n  declaredType\n  detectedType\n  sha256\n  priority\n  createdBy\n  createdAt\n  metadata {\n    key\n    value\n  }\n  verdict {\n    outcome\n    reason\n    engine\n    definitionsVersion\n    scannedBytes\n    decidedAt\n    findings {\n      code\n      detail\n      path\n    }\n  }\n}\n\nfragment ReleaseDetails on Release {\n  id\n  fileId\n  version\n  status\n  inForce\n  reason\n  requestedBy\n  requestedAt\n  expiresAt\n  decidedBy\n  decidedAt\n  decisionReason\n  endedBy\n  endedAt\n  endCause\n  endReason\n}\n\nfragment PolicyDetails on Policy {\n  version\n  digest\n  maxFileBytes\n  maxBytesByType {\n    type\n    maxBytes\n  }\n  allowedTypes\n  deniedTypes\n  allowedExtensions\n  deniedExtensions\n  findingActions {\n    code\n    action\n  }\n  oversize\n  createdBy\n  createdAt\n  reason\n}\n\nfragment PolicyDryRunDetails on PolicyDryRunFile {\n  from\n  to\n  reason\n  file {\n    ...FileSummary\n  }\n}\n\nfragment SagaDetails on Saga {\n  name\n  run\n  state\n  next {\n    direction\n    step\n  }\n  startedAt\n  endedAt\n  steps {\n    step\n    outcome\n    cause\n    at\n    correlationId\n  }\n}\n\nfragment DeadLetterDetails on DeadLetter {\n  id\n  status\n  cause\n  failureClass\n  message\n  createdAt\n  decidedBy\n  decidedAt\n  reason\n  file {\n    ...FileSummary\n  }\n}": types.FileSummaryFragmentDoc,
    "query policyDryRun($input: PolicyDryRunInput!) {\n  policyDryRun(input: $input) {\n    examined\n    counts {\n      from\n      to\n      count\n    }\n    different {\n      ...PolicyDryRunDetails\n    }\n    undecidable {\n      ...PolicyDryRunDetails\n    }\n  }\n}": types.PolicyDryRunDocument,
    "query policyHistory($first: Int = 20, $before: Int) {\n  policyHistory(first: $first, before: $before) {\n    ...PolicyDetails\n  }\n}": types.PolicyHistoryDocument,
    "query policy {\n  policy {\n    ...PolicyDetails\n  }\n}": types.PolicyDocument,
    "mutation provePossession($input: ProvePossessionInput!) {\n  provePossession(input: $input) {\n    outcome\n    file {\n      ...FileDetails\n    }\n  }\n}": types.ProvePossessionDocument,
    "subscription quarantineEvents($after: Cursor) {\n  quarantineEvents(after: $after) {\n    cursor\n    kind\n    fileId\n    releaseId\n    subject\n    reason\n    expiresAt\n    cause\n    occurredAt\n    correlationId\n  }\n}": types.QuarantineEventsDocument,
    "query quarantine($filter: QuarantineFilter, $first: Int = 50, $after: String) {\n  quarantine(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        quarantinedAt\n        content\n        retainedUntil\n        file {\n          ...FileDetails\n        }\n        release {\n          ...ReleaseDetails\n        }\n      }\n    }\n  }\n}": types.QuarantineDocument,
    "mutation refuseRelease($input: EndReleaseInput!) {\n  refuseRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": types.RefuseReleaseDocument,
    "mutation replayDeadLetter($input: ReplayDeadLetterInput!) {\n  replayDeadLetter(input: $input) {\n    deadLetter {\n      ...DeadLetterDetails\n    }\n  }\n}": types.ReplayDeadLetterDocument,
    "mutation replayDeadLetters($input: ReplayDeadLettersInput!) {\n  replayDeadLetters(input: $input) {\n    decidedCount\n    skippedCount\n    remainingCount\n  }\n}": types.ReplayDeadLettersDocument,
    "mutation requestRelease($input: RequestReleaseInput!) {\n  requestRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}": types.RequestReleaseDocument,
    "mutation rescanFile($input: FileIdInput!) {\n  rescanFile(input: $input) {\n    file {\n      ...FileSummary\n      lastExamination {\n        engine\n        definitionsVersion\n        examinedAt\n        isPending\n      }\n    }\n  }\n}": types.RescanFileDocument,
    "mutation signS3Upload($input: SignS3UploadInput!) {\n  signS3Upload(input: $input) {\n    url\n    expiresAt\n  }\n}": types.SignS3UploadDocument,
    "mutation signUploadParts($input: SignUploadPartsInput!) {\n  signUploadParts(input: $input) {\n    parts {\n      partNumber\n      url\n      headers {\n        name\n        value\n      }\n      expiresAt\n    }\n  }\n}": types.SignUploadPartsDocument,
    "mutation updatePolicy($input: UpdatePolicyInput!) {\n  updatePolicy(input: $input) {\n    policy {\n      ...PolicyDetails\n    }\n  }\n}": types.UpdatePolicyDocument,
    "mutation uploadFile($file: Upload!, $input: UploadFileInput) {\n  uploadFile(file: $file, input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}": types.UploadFileDocument,
    "subscription uploadProgress($fileId: ID!) {\n  uploadProgress(fileId: $fileId) {\n    stage\n    receivedBytes\n    scannedBytes\n    queuePosition\n    observedAt\n    file {\n      ...FileDetails\n    }\n  }\n}": types.UploadProgressDocument,
    "query viewer {\n  viewer {\n    subject\n    roles\n    permissions\n    tenant {\n      id\n      slug\n      name\n      limits {\n        maxFileBytes\n        maxBytesByType {\n          type\n          maxBytes\n        }\n        deniedTypes\n      }\n      quota {\n        bytes {\n          limit\n          used\n        }\n        files {\n          limit\n          used\n        }\n        uploads {\n          limit\n          used\n        }\n      }\n    }\n  }\n}": types.ViewerDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation approveRelease($input: ApproveReleaseInput!) {\n  approveRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}"): typeof import('./graphql.js').ApproveReleaseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation cancelUpload($input: FileIdInput!) {\n  cancelUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}"): typeof import('./graphql.js').CancelUploadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation challengePossession($input: ChallengePossessionInput!) {\n  challengePossession(input: $input) {\n    challenge\n    blockSizeBytes\n    expiresAt\n  }\n}"): typeof import('./graphql.js').ChallengePossessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation completeUpload($input: CompleteUploadInput!) {\n  completeUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}"): typeof import('./graphql.js').CompleteUploadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation createDownloadUrl($input: CreateDownloadUrlInput!) {\n  createDownloadUrl(input: $input) {\n    url\n    expiresAt\n  }\n}"): typeof import('./graphql.js').CreateDownloadUrlDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation createForensicUrl($input: CreateForensicUrlInput!) {\n  createForensicUrl(input: $input) {\n    url\n    expiresAt\n    password\n  }\n}"): typeof import('./graphql.js').CreateForensicUrlDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation createUpload($input: CreateUploadInput!) {\n  createUpload(input: $input) {\n    file {\n      ...FileSummary\n    }\n    transfer {\n      partSizeBytes\n      partCount\n      tusUrl\n      expiresAt\n    }\n  }\n}"): typeof import('./graphql.js').CreateUploadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query deadLetter($id: ID!) {\n  deadLetter(id: $id) {\n    ...DeadLetterDetails\n    attempts {\n      attempt\n      failureClass\n      message\n      occurredAt\n    }\n  }\n}"): typeof import('./graphql.js').DeadLetterDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query deadLetters($filter: DeadLetterFilter, $first: Int = 50, $after: String) {\n  deadLetters(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        ...DeadLetterDetails\n      }\n    }\n  }\n}"): typeof import('./graphql.js').DeadLettersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation deleteFile($input: FileIdInput!) {\n  deleteFile(input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}"): typeof import('./graphql.js').DeleteFileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation discardDeadLetter($input: DiscardDeadLetterInput!) {\n  discardDeadLetter(input: $input) {\n    deadLetter {\n      ...DeadLetterDetails\n    }\n  }\n}"): typeof import('./graphql.js').DiscardDeadLetterDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation discardDeadLetters($input: DiscardDeadLettersInput!) {\n  discardDeadLetters(input: $input) {\n    decidedCount\n    skippedCount\n    remainingCount\n  }\n}"): typeof import('./graphql.js').DiscardDeadLettersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation endRelease($input: EndReleaseInput!) {\n  endRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}"): typeof import('./graphql.js').EndReleaseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription fileEvents($after: Cursor, $states: [FileState!]) {\n  fileEvents(after: $after, states: $states) {\n    cursor\n    from\n    to\n    occurredAt\n    correlationId\n    file {\n      ...FileDetails\n    }\n  }\n}"): typeof import('./graphql.js').FileEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query file($id: ID!, $withSagas: Boolean = false) {\n  file(id: $id) {\n    ...FileDetails\n    upload {\n      receivedBytes\n      partSizeBytes\n      partCount\n      missingPartNumbers\n      expiresAt\n      parts {\n        partNumber\n        sizeBytes\n        etag\n        sha256\n      }\n    }\n    saga @include(if: $withSagas) {\n      ...SagaDetails\n    }\n  }\n}"): typeof import('./graphql.js').FileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query files($filter: FileFilter, $first: Int = 50, $after: String) {\n  files(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        ...FileDetails\n      }\n    }\n  }\n}"): typeof import('./graphql.js').FilesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment FileSummary on File {\n  id\n  version\n  name\n  sizeBytes\n  state\n  downloadable\n  updatedAt\n}\n\nfragment FileDetails on File {\n  ...FileSummary\n  declaredType\n  detectedType\n  sha256\n  priority\n  createdBy\n  createdAt\n  metadata {\n    key\n    value\n  }\n  verdict {\n    outcome\n    reason\n    engine\n    definitionsVersion\n    scannedBytes\n    decidedAt\n    findings {\n      code\n      detail\n      path\n    }\n  }\n}\n\nfragment ReleaseDetails on Release {\n  id\n  fileId\n  version\n  status\n  inForce\n  reason\n  requestedBy\n  requestedAt\n  expiresAt\n  decidedBy\n  decidedAt\n  decisionReason\n  endedBy\n  endedAt\n  endCause\n  endReason\n}\n\nfragment PolicyDetails on Policy {\n  version\n  digest\n  maxFileBytes\n  maxBytesByType {\n    type\n    maxBytes\n  }\n  allowedTypes\n  deniedTypes\n  allowedExtensions\n  deniedExtensions\n  findingActions {\n    code\n    action\n  }\n  oversize\n  createdBy\n  createdAt\n  reason\n}\n\nfragment PolicyDryRunDetails on PolicyDryRunFile {\n  from\n  to\n  reason\n  file {\n    ...FileSummary\n  }\n}\n\nfragment SagaDetails on Saga {\n  name\n  run\n  state\n  next {\n    direction\n    step\n  }\n  startedAt\n  endedAt\n  steps {\n    step\n    outcome\n    cause\n    at\n    correlationId\n  }\n}\n\nfragment DeadLetterDetails on DeadLetter {\n  id\n  status\n  cause\n  failureClass\n  message\n  createdAt\n  decidedBy\n  decidedAt\n  reason\n  file {\n    ...FileSummary\n  }\n}"): typeof import('./graphql.js').FileSummaryFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query policyDryRun($input: PolicyDryRunInput!) {\n  policyDryRun(input: $input) {\n    examined\n    counts {\n      from\n      to\n      count\n    }\n    different {\n      ...PolicyDryRunDetails\n    }\n    undecidable {\n      ...PolicyDryRunDetails\n    }\n  }\n}"): typeof import('./graphql.js').PolicyDryRunDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query policyHistory($first: Int = 20, $before: Int) {\n  policyHistory(first: $first, before: $before) {\n    ...PolicyDetails\n  }\n}"): typeof import('./graphql.js').PolicyHistoryDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query policy {\n  policy {\n    ...PolicyDetails\n  }\n}"): typeof import('./graphql.js').PolicyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation provePossession($input: ProvePossessionInput!) {\n  provePossession(input: $input) {\n    outcome\n    file {\n      ...FileDetails\n    }\n  }\n}"): typeof import('./graphql.js').ProvePossessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription quarantineEvents($after: Cursor) {\n  quarantineEvents(after: $after) {\n    cursor\n    kind\n    fileId\n    releaseId\n    subject\n    reason\n    expiresAt\n    cause\n    occurredAt\n    correlationId\n  }\n}"): typeof import('./graphql.js').QuarantineEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query quarantine($filter: QuarantineFilter, $first: Int = 50, $after: String) {\n  quarantine(filter: $filter, first: $first, after: $after) {\n    totalCount\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    edges {\n      cursor\n      node {\n        quarantinedAt\n        content\n        retainedUntil\n        file {\n          ...FileDetails\n        }\n        release {\n          ...ReleaseDetails\n        }\n      }\n    }\n  }\n}"): typeof import('./graphql.js').QuarantineDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation refuseRelease($input: EndReleaseInput!) {\n  refuseRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}"): typeof import('./graphql.js').RefuseReleaseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation replayDeadLetter($input: ReplayDeadLetterInput!) {\n  replayDeadLetter(input: $input) {\n    deadLetter {\n      ...DeadLetterDetails\n    }\n  }\n}"): typeof import('./graphql.js').ReplayDeadLetterDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation replayDeadLetters($input: ReplayDeadLettersInput!) {\n  replayDeadLetters(input: $input) {\n    decidedCount\n    skippedCount\n    remainingCount\n  }\n}"): typeof import('./graphql.js').ReplayDeadLettersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation requestRelease($input: RequestReleaseInput!) {\n  requestRelease(input: $input) {\n    release {\n      ...ReleaseDetails\n    }\n  }\n}"): typeof import('./graphql.js').RequestReleaseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation rescanFile($input: FileIdInput!) {\n  rescanFile(input: $input) {\n    file {\n      ...FileSummary\n      lastExamination {\n        engine\n        definitionsVersion\n        examinedAt\n        isPending\n      }\n    }\n  }\n}"): typeof import('./graphql.js').RescanFileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation signS3Upload($input: SignS3UploadInput!) {\n  signS3Upload(input: $input) {\n    url\n    expiresAt\n  }\n}"): typeof import('./graphql.js').SignS3UploadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation signUploadParts($input: SignUploadPartsInput!) {\n  signUploadParts(input: $input) {\n    parts {\n      partNumber\n      url\n      headers {\n        name\n        value\n      }\n      expiresAt\n    }\n  }\n}"): typeof import('./graphql.js').SignUploadPartsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation updatePolicy($input: UpdatePolicyInput!) {\n  updatePolicy(input: $input) {\n    policy {\n      ...PolicyDetails\n    }\n  }\n}"): typeof import('./graphql.js').UpdatePolicyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation uploadFile($file: Upload!, $input: UploadFileInput) {\n  uploadFile(file: $file, input: $input) {\n    file {\n      ...FileSummary\n    }\n  }\n}"): typeof import('./graphql.js').UploadFileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription uploadProgress($fileId: ID!) {\n  uploadProgress(fileId: $fileId) {\n    stage\n    receivedBytes\n    scannedBytes\n    queuePosition\n    observedAt\n    file {\n      ...FileDetails\n    }\n  }\n}"): typeof import('./graphql.js').UploadProgressDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query viewer {\n  viewer {\n    subject\n    roles\n    permissions\n    tenant {\n      id\n      slug\n      name\n      limits {\n        maxFileBytes\n        maxBytesByType {\n          type\n          maxBytes\n        }\n        deniedTypes\n      }\n      quota {\n        bytes {\n          limit\n          used\n        }\n        files {\n          limit\n          used\n        }\n        uploads {\n          limit\n          used\n        }\n      }\n    }\n  }\n}"): typeof import('./graphql.js').ViewerDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
