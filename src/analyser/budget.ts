import type { FindingCode } from '../domain/finding-codes.js';

/** How much one file may cost. Every bound that ends the analysis is a finding. */
export interface AnalysisLimits {
  /** Containers within containers. */
  readonly maxDepth: number;
  /** Members of all containers together. */
  readonly maxMembers: number;
  /** Bytes that come out of all containers together. */
  readonly maxExpandedBytes: number;
  /** Largest single member: what the scanner would pass over in silence. */
  readonly maxMemberBytes: number;
  /** Time of the processor. */
  readonly maxCpuMs: number;
}

/** The analysis came to one of its limits; what it found until then counts. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  constructor(
    readonly code: FindingCode,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** What is left of the limits. */
export interface Budget {
  readonly limits: AnalysisLimits;
  /** Counts bytes that came out of a container. Throws {@link LimitError}. */
  expand(bytes: number): void;
  /** Counts a member, and the characters of its name, which are kept. Throws {@link LimitError}. */
  member(nameCharacters?: number): void;
  /** Counts a member that has no content, besides. Throws {@link LimitError}. */
  emptyMember(): void;
  /** To be called for every small step. Throws {@link LimitError} when the time is over. */
  time(): void;
}

/** Below this nothing is called a bomb, however well it was compressed. */
const BOMB_BYTES = 256 * 1024 * 1024;
/** More directories and empty files take a scanner minutes, and hardly an honest archive of so many is within its limit of files. */
const MOST_EMPTY_MEMBERS = 10_000;
/** All names together; those of a hundred thousand ordinary members are shorter. */
const MOST_NAME_CHARACTERS = 32 * 1024 * 1024;
/** Asking how long the processor has worked is dear, and it cannot have worked for long before this has passed. */
const LOOK_MS = 50;
/** Above this no honest content was ever compressed, in bytes for each byte of the file. */
const BOMB_RATIO = 200;

/**
 * Begins to count.
 *
 * @param fileBytes - size of the file, which what comes out of it is compared with
 */
export function createBudget(limits: AnalysisLimits, fileBytes: number): Budget {
  const time = createClock(limits.maxCpuMs);
  let [expandedBytes, members, emptyMembers, characters] = [0, 0, 0, 0];
  return {
    limits,
    expand(bytes) {
      expandedBytes += bytes;
      if (expandedBytes > BOMB_BYTES && expandedBytes > fileBytes * BOMB_RATIO) {
        throw new LimitError('ARCHIVE_BOMB', `${fileBytes} bytes became ${expandedBytes} and more.`);
      }
      if (expandedBytes > limits.maxExpandedBytes) {
        const detail = `It expands to more than ${limits.maxExpandedBytes} bytes.`;
        throw new LimitError('ARCHIVE_TOO_LARGE', detail);
      }
      time();
    },
    member(nameCharacters = 0) {
      members += 1;
      characters += nameCharacters;
      if (members > limits.maxMembers) {
        throw new LimitError('ARCHIVE_TOO_MANY_MEMBERS', `It has more than ${limits.maxMembers} members.`);
      }
      if (characters > MOST_NAME_CHARACTERS) {
        throw new LimitError('ARCHIVE_TOO_MANY_MEMBERS', 'The names of its members are too long.');
      }
      time();
    },
    emptyMember() {
      emptyMembers += 1;
      if (emptyMembers <= MOST_EMPTY_MEMBERS) return;
      const detail = `It has more than ${MOST_EMPTY_MEMBERS} members without content.`;
      throw new LimitError('ARCHIVE_TOO_MANY_MEMBERS', detail);
    },
    time,
  };
}

function createClock(maxCpuMs: number): () => void {
  const before = process.cpuUsage();
  let lookedAtMs = performance.now();
  return () => {
    const nowMs = performance.now();
    if (nowMs - lookedAtMs < LOOK_MS) return;
    lookedAtMs = nowMs;
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1_000 <= maxCpuMs) return;
    throw new LimitError('ANALYSIS_LIMIT', `The analysis took more than ${maxCpuMs} ms.`);
  };
}
