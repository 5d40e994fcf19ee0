import { registerEnumType } from 'type-graphql';
import { FILE_STATES, type FileState } from '../../domain/file-state.js';
import type { Priority } from '../../domain/file.js';
import { SCAN_COVERAGES, type ScanCoverage } from '../../domain/verdict.js';

/** The states as the enum of the schema. */
export const FileStateEnum = Object.fromEntries(FILE_STATES.map((state) => [state, state])) as {
  readonly [State in FileState]: State;
};

/** The priorities as the enum of the schema. */
export const PriorityEnum = { INTERACTIVE: 'INTERACTIVE', BULK: 'BULK' } as const satisfies {
  readonly [P in Priority]: P;
};

/** How the scanner looked, as the enum of the schema. */
export const ScanCoverageEnum = Object.fromEntries(SCAN_COVERAGES.map((way) => [way, way])) as {
  readonly [Way in ScanCoverage]: Way;
};

registerEnumType(ScanCoverageEnum, {
  name: 'ScanCoverage',
  description: 'How the scanner came to look at all the bytes of a file.',
  valuesConfig: {
    WHOLE: { description: 'As one stream.' },
    SEGMENTS: { description: 'As segments that overlap, because no scanner takes so many bytes at once.' },
  },
});

registerEnumType(FileStateEnum, {
  name: 'FileState',
  description: 'Where a file stands.',
  valuesConfig: {
    PENDING: { description: 'Created; no byte has arrived.' },
    RECEIVING: { description: 'Some bytes are durable.' },
    SCANNING: { description: 'All bytes are durable; queued for or under inspection.' },
    CLEAN: { description: 'The only state in which content can be downloaded.' },
    INFECTED: {
      description:
        'Quarantined. Stays so while it is released, and then only those who may have it get the content.',
    },
    UNSCANNABLE: {
      description:
        'Not provably clean: over a limit, encrypted, corrupt, or the scanner gave no answer after all retries.',
    },
    REJECTED: { description: "Refused by the tenant's policy or by a checksum." },
    CANCELLED: { description: 'Given up by a client before it was complete.' },
    EXPIRED: {
      description: 'Never completed within the life of its upload, or lost by the store before that.',
    },
    DELETED: { description: 'Its content is gone; the record stays.' },
  },
});

registerEnumType(PriorityEnum, {
  name: 'Priority',
  description: 'Which work comes first.',
  valuesConfig: {
    INTERACTIVE: { description: 'Somebody waits for it.' },
    BULK: { description: 'May wait for everything interactive.' },
  },
});
