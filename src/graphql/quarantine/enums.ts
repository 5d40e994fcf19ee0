import { registerEnumType } from 'type-graphql';
import { CONTENT_STATES, type ContentState } from '../../domain/quarantine.js';
import { QUARANTINE_EVENT_KINDS, type QuarantineEventKind } from '../../domain/quarantine-event.js';
import { RELEASE_STATUSES, type ReleaseStatus } from '../../domain/release.js';
import { ZIP_ENCRYPTIONS, type ZipEncryption } from '../../domain/zip-encryption.js';
import { enumOf } from '../enum-of.js';

/** The statuses of a release as the enum of the schema. */
export const ReleaseStatusEnum = enumOf<ReleaseStatus>(RELEASE_STATUSES);
/** The places of infected content as the enum of the schema. */
export const ContentStateEnum = enumOf<ContentState>(CONTENT_STATES);
/** What can happen in a quarantine as the enum of the schema. */
export const QuarantineEventKindEnum = enumOf<QuarantineEventKind>(QUARANTINE_EVENT_KINDS);
/** The locks of a zip as the enum of the schema. */
export const ZipEncryptionEnum = enumOf<ZipEncryption>(ZIP_ENCRYPTIONS);

registerEnumType(ReleaseStatusEnum, {
  name: 'ReleaseStatus',
  description: 'Where a request to let infected content out stands.',
  valuesConfig: {
    REQUESTED: { description: 'Waits for the decision of somebody else.' },
    APPROVED: { description: 'Lets the content out until it expires.' },
    REFUSED: { description: 'Somebody else said no.' },
    ENDED: { description: 'Over: it has expired, was taken back, or something was found since.' },
  },
});

registerEnumType(ContentStateEnum, {
  name: 'QuarantinedContent',
  description: 'Where infected content is.',
  valuesConfig: {
    MOVING: { description: 'On its way into the quarantine area; nobody can read it.' },
    HELD: { description: 'In the quarantine area.' },
    REMOVED: { description: 'Gone.' },
  },
});

registerEnumType(QuarantineEventKindEnum, {
  name: 'QuarantineEventKind',
  description: 'What can happen in a quarantine.',
  valuesConfig: {
    QUARANTINED: { description: 'A file was found to be infected.' },
    RELEASE_REQUESTED: { description: 'Somebody asked for a release.' },
    RELEASE_APPROVED: { description: 'Somebody else approved it.' },
    RELEASE_REFUSED: { description: 'Somebody else refused it.' },
    RELEASE_ENDED: { description: 'It is over; `cause` says why.' },
    CONTENT_REMOVED: { description: 'The content is gone; `cause` says why.' },
    RELEASED_DOWNLOAD: { description: 'Somebody downloaded the content while it was released.' },
    FORENSIC_DOWNLOAD: { description: 'Somebody downloaded the content in a zip with a password.' },
  },
});

registerEnumType(ZipEncryptionEnum, {
  name: 'ZipEncryption',
  description: 'How a zip is locked.',
  valuesConfig: {
    ZIP_CRYPTO: { description: 'Opens with every tool.' },
    AES_256: { description: 'Opens with 7-Zip, WinZip and many others; faster.' },
  },
});
